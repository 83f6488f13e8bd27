//! A function that returns a closure: `impl Fn(&T) -> U`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{PathArguments, ReturnType, TraitBound, Type, TypeParamBound, TypePath};

use crate::{
    expand::{Expansion, spans::repeated},
    function::{borrows::Borrows, groups::ungrouped},
};

impl Expansion {
    /// Whether it is a closure that is returned.
    pub(super) fn asks_for_closure(&self) -> bool {
        closure_bound(&self.function.sig.output).is_some()
    }

    /// The body's closure, of which the compiler is told what closure it returns, at the one place where it looks: the
    /// bound of a function that is called. So an argument without a type is a reference of any lifetime.
    ///
    /// ```text
    /// // Input:  fn f<T>(…) -> impl FnMut(&T, u8) -> bool BODY
    /// // Output: { fn returned<T0: ?Sized, T1, T2, R: FnMut(&T0, T1) -> T2>(body: impl FnOnce() -> R) -> … { body }
    /// //           returned::<T, u8, bool, _>(|| -> _ BODY) }
    /// ```
    ///
    /// What is behind the references is a parameter: an inner function cannot name those of an `impl`.
    pub(super) fn returning(&self, body: TokenStream) -> TokenStream {
        let Some(mut bound) = closure_bound(&self.function.sig.output).cloned() else { return body };
        let mut lifted = Lifted::default();
        if lifted.lift_signature(&mut bound).is_none() {
            return body;
        }
        let bound = repeated(bound.to_token_stream());
        let (declared, types) = (lifted.declared, lifted.types.iter().map(|ty| repeated(ty.to_token_stream())));
        generated! {{
            fn returned<#(#declared,)* R: #bound, B: ::core::ops::FnOnce() -> R>(body: B) -> B { body }
            returned::<#(#types,)* _, _>(#body)
        }}
    }
}

fn closure_bound(output: &ReturnType) -> Option<&TraitBound> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Type::ImplTrait(ty) = ungrouped(ty) else { return None };
    ty.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) if bound.lifetimes.is_none() => {
            matches!(bound.path.segments.last()?.arguments, PathArguments::Parenthesized(_)).then_some(bound)
        }
        _ => None,
    })
}

/// The types of a signature that became parameters.
#[derive(Default)]
struct Lifted {
    declared: Vec<TokenStream>,
    types: Vec<Type>,
}

impl Lifted {
    /// None if a type in it is of a kind that is not looked into.
    fn lift_signature(&mut self, bound: &mut TraitBound) -> Option<()> {
        let PathArguments::Parenthesized(signature) = &mut bound.path.segments.last_mut()?.arguments else {
            return None;
        };
        for input in &mut signature.inputs {
            self.lift(&mut input.ty, false)?;
        }
        match &mut signature.output {
            ReturnType::Default => Some(()),
            ReturnType::Type(_, output) => self.lift(output, false),
        }
    }

    fn lift(&mut self, ty: &mut Type, behind_reference: bool) -> Option<()> {
        match ty {
            Type::Reference(reference) if reference.lifetime.is_none() => self.lift(&mut reference.elem, true),
            Type::Tuple(tuple) => tuple.elems.iter_mut().try_for_each(|element| self.lift(element, false)),
            Type::Slice(slice) => self.lift(&mut slice.elem, false),
            // The lifetime that an object has by itself is that of the reference before it.
            Type::TraitObject(_) => None,
            ty if Borrows::of(ty)
                .lifetimes
                .iter()
                .any(|lifetime| lifetime.as_ref().is_none_or(|name| name.ident == "_")) =>
            {
                None
            }
            ty => {
                let name = Ident::new(&format!("T{}", self.types.len()), Span::mixed_site());
                let unsized_too = behind_reference.then(|| generated!(: ?::core::marker::Sized));
                self.declared.push(generated!(#name #unsized_too));
                self.types.push(std::mem::replace(
                    ty,
                    Type::Path(TypePath { attrs: Vec::new(), qself: None, path: name.into() }),
                ));
                Some(())
            }
        }
    }
}
