//! The groups that a type may stand in, which say nothing.

use syn::Type;

/// A type that came through `macro_rules!` is wrapped in an invisible group.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(ty) => ungrouped(&ty.elem),
        Type::Paren(ty) => ungrouped(&ty.elem),
        ty => ty,
    }
}
