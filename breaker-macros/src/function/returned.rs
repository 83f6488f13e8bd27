//! A function that is not `async` and returns a future.

use proc_macro2::Span;
use syn::{
    GenericArgument, PathArguments, PathSegment, ReturnType, Token, Type, TypeParamBound, punctuated::Punctuated,
};

use crate::function::groups::ungrouped;

/// The future that a return type names.
pub(crate) struct Returned {
    /// What it resolves to; `_` where an alias hides it.
    pub(crate) output: Type,
    /// The guarded future stands in a box: `Pin<Box<dyn Future>>`, and `impl Future + Unpin`, which no `async` block is.
    pub(crate) boxed: bool,
}

impl Returned {
    /// Recognises `impl Future<Output = T>`, `Pin<Box<dyn Future<Output = T>>>`, `BoxFuture<'_, T>` and
    /// `LocalBoxFuture<'_, T>`, whatever path they are named by; an alias of that name may be the user's own, so what it
    /// resolves to is left to its type. What hides behind another alias is found by its type, and is an error.
    pub(crate) fn of(output: &ReturnType) -> Option<Self> {
        let ReturnType::Type(_, ty) = output else { return None };
        match ungrouped(ty) {
            Type::ImplTrait(ty) => Some(Self {
                output: resolves_to(&ty.bounds)?,
                boxed: ty.bounds.iter().any(|bound| names(bound, "Unpin")),
            }),
            ty => Some(Self { output: boxed(ty)?, boxed: true }),
        }
    }
}

fn boxed(ty: &Type) -> Option<Type> {
    let last = last_segment(ty)?;
    if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" {
        return Some(Type::Infer(syn::TypeInfer {
            attrs: Vec::new(),
            underscore_token: Token![_](Span::mixed_site()),
        }));
    }
    let inner = only_argument(last, "Pin")?;
    match ungrouped(only_argument(last_segment(inner)?, "Box")?) {
        Type::TraitObject(ty) => resolves_to(&ty.bounds),
        _ => None,
    }
}

/// `T` of the bound `Future<Output = T>`.
fn resolves_to<P>(bounds: &Punctuated<TypeParamBound, P>) -> Option<Type> {
    let TypeParamBound::Trait(future) = bounds.iter().find(|bound| names(bound, "Future"))? else { return None };
    let future = future.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &future.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(assoc.ty.clone()),
        _ => None,
    })
}

/// Whether the bound is the trait of this name.
fn names(bound: &TypeParamBound, name: &str) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|segment| segment.ident == name),
        _ => false,
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ungrouped(ty) {
        Type::Path(ty) => ty.path.segments.last(),
        _ => None,
    }
}

fn only_argument<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    types(segment).next().filter(|_| segment.ident == name)
}

fn types(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(arguments.args.iter()),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    fn found(output: &str) -> Option<(String, bool)> {
        let returned = Returned::of(&syn::parse_str(&format!("-> {output}")).unwrap())?;
        Some((returned.output.to_token_stream().to_string(), returned.boxed))
    }

    #[test]
    fn a_future_is_recognised_by_its_spelling() {
        for (output, resolves_to, boxed) in [
            ("impl Future<Output = u8>", "u8", false),
            ("impl ::core::future::Future<Output = u8> + Send + use<'a>", "u8", false),
            ("impl Future<Output = u8> + Send + Unpin", "u8", true),
            ("Pin<Box<dyn Future<Output = u8> + Send + 'a>>", "u8", true),
            ("std::pin::Pin<std::boxed::Box<dyn std::future::Future<Output = u8>>>", "u8", true),
            ("BoxFuture<'a, u8>", "_", true),
            ("futures::future::LocalBoxFuture<'_, u8>", "_", true),
        ] {
            assert_eq!(found(output), Some((resolves_to.to_owned(), boxed)), "{output}");
        }
        for other in ["u8", "Pin<Box<u8>>", "Box<dyn Future<Output = u8>>", "impl Iterator<Item = u8>", "Later<u8>"] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
