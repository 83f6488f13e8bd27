//! The code that answers instead of the function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{
    Attribute, Error, Expr, ExprClosure, ExprParen, ExprPath, ExprReturn, FnArg, Meta, Result, spanned::Spanned,
};

use crate::{
    expand::{
        Expansion,
        spans::{hygienic_at, repeated},
    },
    function::{arguments::bind, plain_name},
    options::value::Fallback,
};

/// More cases than this are not spelled out.
const MOST_CFG_ARGUMENTS: usize = 4;

impl Expansion {
    /// The statements that clone what the user named, to stand before the call.
    pub(super) fn clones(&self) -> Result<TokenStream> {
        let mut saved = TokenStream::new();
        for argument in &self.options.clones {
            let known = self.function.sig.inputs.iter().any(|input| match input {
                FnArg::Typed(input) => plain_name(&input.pat) == Some(argument),
                FnArg::Receiver(_) => argument == "self",
            });
            if !known {
                return Err(Error::new(argument.span(), format!("no argument is called `{argument}`")));
            }
            let (name, span) = (clone_of(argument), hygienic_at(argument.span()));
            saved.extend(quote_spanned!(span=> let #name = ::core::clone::Clone::clone(&#argument);));
        }
        Ok(saved)
    }

    /// The fallback's value, as statements and a tail, given the `CallError` in `error`. It is counted.
    pub(super) fn answer(&self, fallback: &Fallback) -> Result<TokenStream> {
        let Self { function, runtime, .. } = self;
        let answer = match fallback {
            Fallback::Closure(closure) => self.inlined(closure),
            Fallback::Path(path) => {
                let call = self.called(path)?;
                if function.sig.asyncness.is_some() {
                    // A fallback that returns a future is awaited, another is taken as it is.
                    quote_spanned! {hygienic_at(path.span())=>
                        let answer = { #call };
                        #runtime::__private::Kind::of(&answer).answer(answer).await
                    }
                } else {
                    call
                }
            }
        };
        Ok(self.counted(fallback, &answer))
    }

    /// ```text
    /// // Input:  |error| Ok(format!("{error}"))
    /// // Output: let error = «error»; Ok(format!("{error}"))
    /// ```
    fn inlined(&self, closure: &ExprClosure) -> TokenStream {
        let (bound, body) = (bind(&closure.inputs[0], &self.error.to_token_stream()), &closure.body);
        let rebound = self.options.clones.iter().map(|argument| {
            let saved = clone_of(argument);
            generated!(let #argument = #saved;)
        });
        let body = bare(body);
        // In an arm, where braces are nobody's business.
        let body = generated!(match () { () => #body });
        let output = match &closure.output {
            syn::ReturnType::Default => body,
            syn::ReturnType::Type(_, ty) => {
                let ty = repeated(ty.to_token_stream());
                generated!({ let answer: #ty = #body; answer })
            }
        };
        generated! {
            #(#rebound)*
            #bound
            #output
        }
    }

    /// ```text
    /// // Input:  fallback = cached, on fn fetch(&self, id: u64)
    /// // Output: cached(self, id)
    /// ```
    ///
    /// rustc's own words about arguments that do not fit stand at the fallback's path. The parentheses are marked as
    /// generated, which keeps it from proposing to wrap the path. An argument with a `#[cfg]` is
    /// passed where it exists: a call for each case, since an attribute cannot stand on an argument of a call.
    fn called(&self, path: &ExprPath) -> Result<TokenStream> {
        let span = path.span();
        let ours = hygienic_at(span);
        let inputs = &self.function.sig.inputs;
        let arguments: Vec<(Option<TokenStream>, TokenStream)> =
            inputs.iter().map(|input| self.argument(input, span)).collect();
        let conditions: Vec<&TokenStream> = arguments.iter().filter_map(|(cfg, _)| cfg.as_ref()).collect();
        if conditions.is_empty() {
            let arguments = arguments.iter().map(|(_, argument)| argument);
            return Ok(quote_spanned!(ours=> #path(#(#arguments),*)));
        }
        if conditions.len() > MOST_CFG_ARGUMENTS {
            let rule = "too many arguments have a `#[cfg]` to call a fallback with them: use a closure";
            return Err(Error::new(span, rule));
        }
        let cases = (0..1_usize << conditions.len()).map(|case| {
            let mut position = 0;
            let mut present = Vec::new();
            let mut holds = Vec::new();
            for (cfg, argument) in &arguments {
                match cfg {
                    None => present.push(argument),
                    Some(cfg) => {
                        if case >> position & 1 == 1 {
                            holds.push(generated!(#cfg));
                            present.push(argument);
                        } else {
                            holds.push(generated!(not(#cfg)));
                        }
                        position += 1;
                    }
                }
            }
            let call = quote_spanned!(ours=> #path(#(#present),*));
            generated!(#[cfg(all(#(#holds),*))] let answer = #call;)
        });
        Ok(generated!({ #(#cases)* answer }))
    }

    /// An argument of the fallback's call, and the condition under which it exists.
    fn argument(&self, input: &FnArg, span: Span) -> (Option<TokenStream>, TokenStream) {
        let (condition, name, written) = match input {
            FnArg::Receiver(receiver) => {
                let receiver = Ident::from(receiver.self_token);
                (None, receiver.clone(), receiver)
            }
            FnArg::Typed(input) => {
                let name = plain_name(&input.pat).expect("what is no plain name was given one");
                let original = self.renamed.iter().find(|renamed| renamed.name == *name);
                let written = original.and_then(|renamed| plain_name(&renamed.pattern)).unwrap_or(name);
                (condition(&input.attrs), name.clone(), written.clone())
            }
        };
        let passed = if self.options.clones.contains(&written) { clone_of(&written) } else { located(name, span) };
        (condition, passed.into_token_stream())
    }
}

/// The expression without parentheses and `return`, which do nothing at the end of a function.
fn bare(body: &Expr) -> &Expr {
    match body {
        Expr::Paren(ExprParen { attrs, expr, .. }) if attrs.is_empty() => bare(expr),
        Expr::Return(ExprReturn { attrs, expr: Some(expr), .. }) if attrs.is_empty() => bare(expr),
        body => body,
    }
}

fn clone_of(argument: &Ident) -> Ident {
    format_ident!("saved_{}", argument, span = Span::mixed_site())
}

/// The same name, shown at the fallback: there stands what rustc says of it.
fn located(mut name: Ident, span: Span) -> Ident {
    name.set_span(name.span().located_at(span));
    name
}

fn condition(attrs: &[Attribute]) -> Option<TokenStream> {
    let conditions: Vec<_> = attrs
        .iter()
        .filter_map(|attr| match &attr.meta {
            Meta::List(list) if list.path.is_ident("cfg") => Some(&list.tokens),
            _ => None,
        })
        .collect();
    if conditions.is_empty() { None } else { Some(generated!(all(#(#conditions),*))) }
}
