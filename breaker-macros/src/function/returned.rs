//! A function that is not `async` and returns a future.

use syn::{GenericArgument, PathArguments, PathSegment, ReturnType, Type, TypeParamBound, punctuated::Punctuated};

/// The future that a return type names.
pub(crate) struct Returned {
    /// What it resolves to.
    pub(crate) output: Type,
    /// `Pin<Box<dyn Future>>`, as against `impl Future`.
    pub(crate) boxed: bool,
}

impl Returned {
    /// Recognises `impl Future<Output = T>`, `Pin<Box<dyn Future<Output = T>>>`, `BoxFuture<'_, T>` and
    /// `LocalBoxFuture<'_, T>`, whatever path they are named by. What hides behind another alias is found by its type,
    /// and is an error.
    pub(crate) fn of(output: &ReturnType) -> Option<Self> {
        let ReturnType::Type(_, ty) = output else { return None };
        match ungrouped(ty) {
            Type::ImplTrait(ty) => Some(Self { output: resolves_to(&ty.bounds)?, boxed: false }),
            ty => Some(Self { output: boxed(ty)?, boxed: true }),
        }
    }
}

fn boxed(ty: &Type) -> Option<Type> {
    let last = last_segment(ty)?;
    if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" {
        return types(last).last().cloned();
    }
    let inner = only_argument(last, "Pin")?;
    match ungrouped(only_argument(last_segment(inner)?, "Box")?) {
        Type::TraitObject(ty) => resolves_to(&ty.bounds),
        _ => None,
    }
}

/// `T` of the bound `Future<Output = T>`.
fn resolves_to<P>(bounds: &Punctuated<TypeParamBound, P>) -> Option<Type> {
    let future = bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().filter(|segment| segment.ident == "Future"),
        _ => None,
    })?;
    let PathArguments::AngleBracketed(arguments) = &future.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(assoc.ty.clone()),
        _ => None,
    })
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

/// A type that came through `macro_rules!` is wrapped in an invisible group.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(ty) => ungrouped(&ty.elem),
        Type::Paren(ty) => ungrouped(&ty.elem),
        ty => ty,
    }
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
        for (output, boxed) in [
            ("impl Future<Output = u8>", false),
            ("impl ::core::future::Future<Output = u8> + Send + use<'a>", false),
            ("Pin<Box<dyn Future<Output = u8> + Send + 'a>>", true),
            ("std::pin::Pin<std::boxed::Box<dyn std::future::Future<Output = u8>>>", true),
            ("BoxFuture<'a, u8>", true),
            ("futures::future::LocalBoxFuture<'_, u8>", true),
        ] {
            assert_eq!(found(output), Some(("u8".to_owned(), boxed)), "{output}");
        }
        for other in ["u8", "Pin<Box<u8>>", "Box<dyn Future<Output = u8>>", "impl Iterator<Item = u8>", "Later<u8>"] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
