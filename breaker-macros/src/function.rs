//! The annotated function, and what may not be one.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Error, FnArg, Lifetime, ParenthesizedGenericArguments, Pat, Receiver, ReceiverKind, Result, ReturnType,
    Signature, Token, Type, TypeParamBound, Visibility,
    parse::{Parse, ParseStream, Parser},
    spanned::Spanned,
    visit_mut::{VisitMut, visit_type_mut},
};

use crate::function::{borrows::Borrows, groups::ungrouped};

pub(crate) mod arguments;
pub(crate) mod borrows;
pub(crate) mod groups;
pub(crate) mod mentions;
pub(crate) mod returned;

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// One unopened token: reprinting a body loses the invisible groups of `macro_rules!` fragments, so that `a * $e`
    /// with `$e = 1 + 2` would compute something else.
    pub(crate) body: TokenTree,
    /// Where it stands: what `macro_rules!` passed on as a `block` stands where that macro names it.
    braces: Span,
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
        let token: TokenTree = input.parse()?;
        let braces = token.span();
        let (body, inner) = body(token)?;
        let attrs = [attrs, inner].concat();
        let function = Self { attrs, vis, sig, body, braces };
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

    /// The body's braces in the user's source.
    pub(crate) fn braces(&self) -> Span {
        self.braces
    }

    /// The body behind a statement, in its own braces.
    pub(crate) fn body_behind(&self, mut statement: TokenStream) -> TokenTree {
        let TokenTree::Group(body) = &self.body else { unreachable!("a body is a block") };
        statement.extend(body.stream());
        let mut opened = Group::new(Delimiter::Brace, statement);
        opened.set_span(body.span());
        TokenTree::Group(opened)
    }

    /// Whether the body is `Box::pin(async move { … })` or `async move { … }` and nothing else: so it does nothing before
    /// its future is polled.
    pub(crate) fn only_makes_future(&self) -> bool {
        let TokenTree::Group(body) = &self.body else { return false };
        let boxed = |input: ParseStream| {
            let path: syn::Path = input.call(syn::Path::parse_mod_style)?;
            let inner;
            syn::parenthesized!(inner in input);
            let words: Vec<_> = path.segments.iter().rev().take(2).map(|segment| segment.ident.to_string()).collect();
            if words != ["pin", "Box"] {
                return Err(input.error("another function"));
            }
            async_block(&inner)?;
            inner.parse::<Option<Token![,]>>()
        };
        boxed.parse2(body.stream()).is_ok() || async_block.parse2(body.stream()).is_ok()
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

    /// Whether an `impl Trait` stands in the return type.
    pub(crate) fn hides_output(&self) -> bool {
        let mut infer = Infer { hidden: false };
        infer.visit_return_type_mut(&mut self.sig.output.clone());
        infer.hidden
    }

    /// Whether the body can put a borrow of this lifetime where it outlives the call: the lifetime is not the function's
    /// own, or stands within the type of an argument.
    pub(crate) fn may_keep(&self, lifetime: &Lifetime) -> bool {
        let is_own = self.sig.generics.lifetimes().any(|own| own.lifetime == *lifetime);
        let within = |ty: &Type| {
            let ty = match ungrouped(ty) {
                Type::Reference(reference) => &reference.elem,
                ty => ty,
            };
            Borrows::of(ty).lifetimes.iter().flatten().any(|name| name == lifetime)
        };
        !is_own
            || self.sig.inputs.iter().any(|input| match input {
                FnArg::Typed(input) => within(&input.ty),
                FnArg::Receiver(Receiver { kind: ReceiverKind::Typed(_, ty), .. }) => within(ty),
                FnArg::Receiver(_) => false,
            })
    }

    /// The attributes that decide whether the function exists.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }
}

fn async_block(input: ParseStream) -> Result<TokenTree> {
    input.parse::<Token![async]>()?;
    input.parse::<Token![move]>()?;
    match input.parse()? {
        TokenTree::Group(block) if block.delimiter() == Delimiter::Brace => Ok(TokenTree::Group(block)),
        other => Err(Error::new(other.span(), "no block")),
    }
}

/// The type as it may be written inside the body: every `impl Trait` is left to inference, and so is every lifetime, lest
/// a signature that could do without a lifetime's name seems to need it.
pub(crate) fn inferred(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Infer { hidden: false }.visit_type_mut(&mut ty);
    ty
}

struct Infer {
    /// There was one.
    hidden: bool,
}

impl VisitMut for Infer {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::ImplTrait(_) => {
                *ty = Type::Infer(syn::TypeInfer { attrs: Vec::new(), underscore_token: Token![_](ty.span()) });
                self.hidden = true;
            }
            // A lifetime left out means another thing there.
            Type::FnPtr(_) => {}
            Type::TraitObject(object) if object.bounds.iter().any(is_higher_ranked) => {}
            ty => visit_type_mut(self, ty),
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
}

fn is_higher_ranked(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound) if bound.lifetimes.is_some())
}

/// The name of `name` and `mut name`.
pub(crate) fn plain_name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(&pat.ident),
        _ => None,
    }
}
