//! How a value is counted, and what becomes of a failure and of a rejection.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{
    Expr, Type,
    spanned::Spanned,
    visit_mut::{VisitMut, visit_type_mut},
};

use crate::{
    expand::{
        Expansion,
        spans::{at, hygienic_at},
    },
    options::value::Fallback,
};

impl Expansion {
    /// What says how a value is counted, or where it is asked twice, its name.
    pub(super) fn judge(&self) -> TokenStream {
        // At one place with what it names: so what is wrong with it is said once.
        let span = hygienic_at(self.function.output_span());
        if self.judges_twice() { quote_spanned!(span=> &judge) } else { self.judgement("judged_once_by") }
    }

    /// The statement that names it, where it is asked twice: about the call, and about the fallback's answer.
    ///
    /// What has a name must know its type from the beginning; where a part of that is inferred from the body, it is written
    /// out both times.
    pub(super) fn judge_named(&self) -> Option<TokenStream> {
        if !self.judges_twice() {
            return None;
        }
        let judgement = self.judgement("judged_by");
        let span = hygienic_at(self.function.output_span());
        Some(quote_spanned!(span=> let judge = #judgement;))
    }

    fn judges_twice(&self) -> bool {
        self.options.fallback.is_some() && !is_inferred(&self.output)
    }

    /// ```text
    /// // Input:  no option
    /// // Output: Kind::<R>::new().error().judged()
    /// // Input:  failure_if = is_down, retry_after = wait
    /// // Output: Kind::<R>::new().error().judged_by(|value| retry_after(failure_if(value, is_down), value, wait))
    /// ```
    ///
    /// Without an option it is of one type for all functions that return the same, which a closure would not be.
    fn judgement(&self, by: &str) -> TokenStream {
        let span = hygienic_at(self.function.output_span());
        let kind = at(&self.kind_known(), span);
        if self.options.judges() {
            let (by, value, judged) = (Ident::new(by, span), Ident::new("value", span), self.judged());
            quote_spanned!(span=> #kind.error().#by(|#value| #judged))
        } else {
            quote_spanned!(span=> #kind.error().judged())
        }
    }

    /// What the options say about `value`.
    fn judged(&self) -> TokenStream {
        let Self { options, runtime, .. } = self;
        let span = hygienic_at(self.function.output_span());
        let value = Ident::new("value", span);
        let by = |option: &str, predicate: &Expr| {
            let name = self.named_at(option, option);
            generated!(#runtime::__private::#name(#value, #predicate))
        };
        let judged = match (&options.verdict, &options.failure_if) {
            (Some(verdict), _) => by("verdict", verdict),
            (None, Some(failure_if)) => by("failure_if", failure_if),
            (None, None) => {
                let runtime = at(runtime, span);
                quote_spanned!(span=> #runtime::__private::Kind::of(#value).verdict(#value))
            }
        };
        let judged = match &options.ignore_if {
            None => judged,
            Some(ignore_if) => {
                let ignored = self.callee_at_output("ignored");
                generated! {
                    if #ignored(#value, #ignore_if) { #runtime::__private::Judged::Ignored } else { #judged }
                }
            }
        };
        match &options.retry_after {
            None => judged,
            Some(wait) => {
                let retry_after = self.named_at("retry_after", "retry_after");
                generated!(#runtime::__private::#retry_after(#judged, #value, #wait))
            }
        }
    }

    /// What becomes of a failed value: a closure gets its error.
    pub(super) fn failed(&self) -> TokenStream {
        let kind = self.kind_known();
        generated!(#kind.failed())
    }

    /// The error of a closure that is asked about rejections only: no value is there to tell its type.
    pub(super) fn rejection_error(&self, fallback: &Fallback) -> TokenStream {
        let (kind, error) = (self.kind_known(), &self.error);
        match fallback {
            Fallback::Path(_) => generated!(let _ = rejection;),
            Fallback::Closure(_) => generated!(let #error = #kind.rejection_error(rejection);),
        }
    }

    /// The return value that `rejection` becomes.
    pub(super) fn rejected(&self) -> TokenStream {
        let span = hygienic_at(self.function.output_span());
        match &self.options.open_error {
            None => {
                let rejected = self.callee_at_output("rejected");
                quote_spanned!(span=> #rejected(rejection))
            }
            Some(open_error) => {
                let rejected = self.callee_at_output("rejected_with");
                let (error, output) = (called_with("open", open_error), &self.output);
                quote_spanned!(span=> #rejected::<#output, _>(rejection, #error))
            }
        }
    }

    /// A function of the runtime's, shown on the return type: there stands what rustc says of it.
    pub(super) fn callee_at_output(&self, name: &str) -> TokenStream {
        let start = hygienic_at(self.function.output_span());
        let last = self.function.sig.output.to_token_stream().into_iter().last();
        let end = last.map_or(start, |token| hygienic_at(token.span()));
        let runtime = at(&self.runtime, start);
        let name = Ident::new(name, end);
        quote_spanned!(start=> #runtime::__private::#name)
    }
}

/// A closure that calls the function of this path, so that rustc shows its type where the path is written. A closure is
/// left as it is.
fn called_with(argument: &str, function: &Expr) -> TokenStream {
    let Expr::Path(path) = function else { return function.to_token_stream() };
    let span = hygienic_at(path.span());
    let argument = Ident::new(argument, span);
    quote_spanned!(span=> |#argument| #path(#argument))
}

/// Returns whether a part of the type is left to inference.
fn is_inferred(ty: &Type) -> bool {
    struct Inferred(bool);
    impl VisitMut for Inferred {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            self.0 |= matches!(ty, Type::Infer(_));
            visit_type_mut(self, ty);
        }
    }
    let mut found = Inferred(false);
    found.visit_type_mut(&mut ty.clone());
    found.0
}
