//! A breaker of the user's own: `breaker = <expression>`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, FnArg, Pat, ReceiverKind, Type, TypeReference, spanned::Spanned};

use crate::{
    expand::{
        Expansion,
        key::{borrowing, mentions, with_bindings},
        spans::{at, hygienic_at},
    },
    function::plain_name,
};

impl Expansion {
    /// The statement that evaluates the expression, before the body can consume what it names. With a `key` it is looked
    /// into at once, where the key is.
    ///
    /// ```text
    /// // Input:  breaker = self.breaker, on fn f(&self)
    /// // Output: let own = &self.breaker;
    /// // Input:  breaker = self.breaker, on fn f(&mut self)
    /// // Output: let own = &{ let own = &self.breaker; owned_breaker(own) };
    /// ```
    pub(super) fn own_breaker(&self) -> Option<TokenStream> {
        let Self { options, renamed, .. } = self;
        let breaker = options.breaker.as_ref().filter(|_| options.key.is_none())?;
        let own = if self.lends_for_the_call(breaker) {
            // Of a value that is made here, `let` prolongs the life.
            borrowed(breaker)
        } else {
            let (whole, part) = (borrowed(breaker), part_named_own(breaker));
            let owned = self.call_shown_at(breaker, "owned_breaker", &generated!(#part));
            let owned = with_bindings(&generated!({ let own = #whole; #owned }), [breaker].into_iter(), renamed);
            if self.makes_future { owned } else { generated!(&#owned) }
        };
        Some(generated!(let own = #own;))
    }

    /// The breaker that [`own_breaker`](Self::own_breaker) evaluated, or with a `key` the family.
    pub(super) fn own_source(&self, breaker: &Expr) -> TokenStream {
        if self.options.key.is_some() {
            return self.call_shown_at(breaker, "borrowed_family", &borrowed(breaker));
        }
        let own = part_named_own(breaker);
        let is_moved = self.makes_future && !self.lends_for_the_call(breaker);
        let own = if is_moved { generated!(&#own) } else { generated!(#own) };
        self.call_shown_at(breaker, "borrowed_breaker", &own)
    }

    /// Whether what the expression names is there until the call ends, whatever the body does. It is not, if the body may
    /// change it or consume it, or if the call outlives the function.
    fn lends_for_the_call(&self, breaker: &Expr) -> bool {
        if self.is_item(breaker) {
            return true;
        }
        let consumed = |input: &FnArg| match input {
            FnArg::Receiver(receiver) => {
                let shared = match &receiver.kind {
                    ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
                    ReceiverKind::Typed(_, ty) => is_shared_reference(ty),
                    _ => false,
                };
                !shared && mentions(breaker, &Ident::from(receiver.self_token))
            }
            FnArg::Typed(input) => {
                let pattern = self.written(&input.pat);
                let kept = is_shared_reference(&input.ty) && plain_name(pattern) == plain_name(&input.pat);
                !kept && borrowing(pattern).1.iter().any(|name| mentions(breaker, name))
            }
        };
        !self.makes_future && !self.function.sig.inputs.iter().any(consumed)
    }

    /// Whether it is the path of a static or a constant.
    fn is_item(&self, breaker: &Expr) -> bool {
        let Expr::Path(path) = breaker else { return false };
        let Some(name) = path.path.get_ident() else { return true };
        let is_argument = |input: &FnArg| match input {
            FnArg::Receiver(_) => name == "self",
            FnArg::Typed(input) => borrowing(self.written(&input.pat)).1.contains(name),
        };
        !self.function.sig.inputs.iter().any(is_argument)
    }

    /// The pattern of an argument as the user wrote it.
    fn written<'a>(&'a self, pattern: &'a Pat) -> &'a Pat {
        let renamed = self.renamed.iter().find(|renamed| plain_name(pattern) == Some(&renamed.name));
        renamed.map_or(pattern, |renamed| &renamed.pattern)
    }

    /// The call of a function of the runtime's, shown on the expression: there stands what rustc says of it.
    fn call_shown_at(&self, breaker: &Expr, name: &str, argument: &TokenStream) -> TokenStream {
        let span = hygienic_at(telling(breaker));
        let (runtime, name) = (at(&self.runtime, span), Ident::new(name, span));
        quote_spanned!(span=> #runtime::__private::#name(#argument))
    }
}

/// `&breaker`. The `&` is marked as the user's own, as the expression is: rustc shows both as one, and not as the whole
/// attribute.
fn borrowed(breaker: &Expr) -> TokenStream {
    let span = breaker.span();
    match breaker {
        Expr::Binary(_) | Expr::Assign(_) | Expr::Range(_) | Expr::Cast(_) | Expr::Closure(_) => {
            quote_spanned!(span=> &(#breaker))
        }
        _ => quote_spanned!(span=> &#breaker),
    }
}

/// The part of the expression that says most of it: one token, where a span of all is not to be had.
fn telling(breaker: &Expr) -> Span {
    match breaker {
        Expr::Field(field) => field.member.span(),
        Expr::MethodCall(call) => call.method.span(),
        Expr::Path(path) => path.path.segments.last().map_or_else(|| path.span(), |last| last.ident.span()),
        Expr::Call(call) => telling(&call.func),
        Expr::Reference(reference) => telling(&reference.expr),
        other => other.span(),
    }
}

/// The variable that holds the expression's value, shown where the expression says most.
fn part_named_own(breaker: &Expr) -> Ident {
    Ident::new("own", hygienic_at(telling(breaker)))
}

fn is_shared_reference(ty: &Type) -> bool {
    matches!(ty, Type::Reference(TypeReference { mutability: None, .. }))
}
