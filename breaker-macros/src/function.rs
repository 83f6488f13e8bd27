//! The annotated function, and what may not be one.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::format_ident;
use syn::{
    Attribute, Error, FnArg, Pat, PatType, Result, ReturnType, Signature, Token, Type, Visibility,
    parse::{Parse, ParseStream, Parser},
    spanned::Spanned,
    visit_mut::{VisitMut, visit_type_mut},
};

pub(crate) mod returned;

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// One unopened token: reprinting a body loses the invisible groups of `macro_rules!` fragments, so that `a * $e`
    /// with `$e = 1 + 2` would compute something else.
    pub(crate) body: TokenTree,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let not_a_function = |_| {
            Error::new(
                Span::call_site(),
                "`#[circuit_breaker]` goes on a function or a method: annotate them one by one",
            )
        };
        let vis = input.parse().map_err(not_a_function)?;
        let sig: Signature = input.parse().map_err(not_a_function)?;
        if input.peek(Token![;]) {
            return Err(Error::new(sig.ident.span(), "`#[circuit_breaker]` needs a function with a body"));
        }
        let (body, inner) = body(input.parse()?)?;
        let attrs = [attrs, inner].concat();
        let function = Self { attrs, vis, sig, body };
        function.check()?;
        Ok(function)
    }
}

/// The body's braces, and the attributes that stood inside them: they may not stand inside a closure's.
fn body(token: TokenTree) -> Result<(TokenTree, Vec<Attribute>)> {
    let TokenTree::Group(group) = token else {
        return Err(Error::new(token.span(), "expected the function's body"));
    };
    match group.delimiter() {
        Delimiter::Brace => {}
        // What `macro_rules!` passed on as a `block`.
        Delimiter::None => {
            let span = group.span();
            let inner = group.stream().into_iter().next();
            return inner.map_or_else(|| Err(Error::new(span, "expected the function's body")), body);
        }
        _ => return Err(Error::new(group.span(), "expected the function's body")),
    }
    let open = |input: ParseStream| Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?));
    let (mut attrs, rest) = open.parse2(group.stream())?;
    if attrs.is_empty() {
        return Ok((TokenTree::Group(group), attrs));
    }
    for attr in &mut attrs {
        attr.style = syn::AttrStyle::Outer;
    }
    let mut opened = Group::new(Delimiter::Brace, rest);
    opened.set_span(group.span());
    Ok((TokenTree::Group(opened), attrs))
}

impl Function {
    /// Every reason why it cannot be guarded.
    fn check(&self) -> Result<()> {
        let Signature { constness, variadic, output, asyncness, .. } = &self.sig;
        let mut reasons = Vec::new();
        if constness.is_some() {
            reasons.push(Error::new_spanned(constness, "a `const fn` cannot ask a circuit breaker: remove `const`"));
        }
        if variadic.is_some() {
            reasons.push(Error::new_spanned(variadic, "a C-variadic function cannot be guarded: wrap it in another"));
        }
        if let ReturnType::Type(_, ty) = output {
            if let Type::Never(never) = &**ty {
                reasons.push(Error::new_spanned(never, "a function that never returns cannot succeed or fail"));
            }
        }
        for attr in &self.attrs {
            let Some(name) = attr.path().segments.last() else { continue };
            if name.ident == "track_caller" && asyncness.is_none() {
                let rule = "`#[track_caller]` has no effect through a circuit breaker: remove it";
                reasons.push(Error::new_spanned(attr.path(), rule));
            }
            if name.ident == "circuit_breaker" {
                let rule = "one function has one circuit breaker: remove this one";
                reasons.push(Error::new_spanned(attr.path(), rule));
            }
        }
        let all = |mut all: Error, reason| {
            all.combine(reason);
            all
        };
        reasons.into_iter().reduce(all).map_or(Ok(()), Err)
    }

    /// Where a mistake about the return type is shown: on it, or on the name of a function that has none.
    pub(crate) fn output_span(&self) -> Span {
        match &self.sig.output {
            ReturnType::Default => self.sig.ident.span(),
            ReturnType::Type(_, ty) => ty.span(),
        }
    }

    /// The return type as it may be written inside the body.
    pub(crate) fn output(&self) -> Type {
        match &self.sig.output {
            ReturnType::Default => Type::Tuple(syn::TypeTuple {
                attrs: Vec::new(),
                paren_token: syn::token::Paren(self.sig.ident.span()),
                elems: syn::punctuated::Punctuated::new(),
            }),
            ReturnType::Type(_, ty) => inferred(ty),
        }
    }

    /// The attributes that decide whether the function exists.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }
}

/// The type with every `impl Trait` left to inference.
pub(crate) fn inferred(ty: &Type) -> Type {
    struct Infer;
    impl VisitMut for Infer {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(_) = ty {
                *ty = Type::Infer(syn::TypeInfer { attrs: Vec::new(), underscore_token: Token![_](ty.span()) });
            } else {
                visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    Infer.visit_type_mut(&mut ty);
    ty
}

/// An argument whose value the generated code handles: it has a name of its own in the signature.
pub(crate) struct Renamed {
    pub(crate) attrs: Vec<Attribute>,
    /// What the user wrote, for the body.
    pub(crate) pattern: Pat,
    /// What stands in the signature.
    pub(crate) name: Ident,
    /// It is written as `&mut T`: the body may borrow it again rather than consume it.
    pub(crate) exclusive: bool,
}

/// Gives arguments that are no plain name a name, and hands the patterns to the body; `mut` goes with them.
///
/// ```text
/// // Input:  fn f(a: A, mut b: B, (c, d): (C, D), _: E)
/// // Output: fn f(a: A, b: B, arg2: (C, D), arg3: E)      the body starts with `let mut b = b; let (c, d) = arg2; …`
/// ```
pub(crate) fn rename(sig: &mut Signature, every: bool) -> Vec<Renamed> {
    let mut renamed = Vec::new();
    for (position, input) in sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(PatType { attrs, pat, ty, .. }) = input else { continue };
        let plain = plain_name(pat);
        // Using an argument that is named as unused would raise a lint.
        let hidden = plain.is_none_or(|ident| ident.to_string().starts_with('_'));
        if !every && !hidden {
            continue;
        }
        let name = match (plain, &**pat) {
            (Some(ident), _) if !hidden => ident.clone(),
            (_, pat) => format_ident!("arg{position}", span = Span::mixed_site().located_at(pat.span())),
        };
        let exclusive = matches!(&**ty, Type::Reference(reference) if reference.mutability.is_some());
        let in_signature = Pat::Ident(syn::PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name.clone(),
            subpat: None,
        });
        renamed.push(Renamed {
            attrs: attrs.clone(),
            pattern: std::mem::replace(&mut **pat, in_signature),
            name,
            exclusive,
        });
    }
    renamed
}

/// `let pattern = value;`. One that is named as unused is bound through a tuple: clippy takes the plain statement for a
/// mistake of the user's.
pub(crate) fn bind(pattern: &Pat, value: &TokenStream) -> TokenStream {
    match plain_name(pattern) {
        Some(name) if name.to_string().starts_with('_') => generated!(let (#pattern,) = (#value,);),
        _ => generated!(let #pattern = #value;),
    }
}

/// The name of `name` and `mut name`.
pub(crate) fn plain_name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(&pat.ident),
        _ => None,
    }
}
