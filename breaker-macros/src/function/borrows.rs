//! What can be told of borrows from the way in which a type is written.

use syn::{
    Lifetime, ParenthesizedGenericArguments, Path, ReturnType, Type, TypeFnPtr, TypeReference,
    visit_mut::{VisitMut, visit_path_mut, visit_type_reference_mut},
};

use crate::function::groups::ungrouped;

/// The borrows that are written in a type.
#[derive(Default)]
pub(crate) struct Borrows {
    /// Lifetimes that may end with the call, of references and of paths; `None` where a reference has none written.
    pub(crate) lifetimes: Vec<Option<Lifetime>>,
    /// Those among them of references that are hardly to a constant, as a `&str` may be.
    pub(crate) lent: Vec<Option<Lifetime>>,
    /// `Self` stands in it, which may hold one that is written elsewhere.
    pub(crate) of_self: bool,
}

impl Borrows {
    pub(crate) fn of(ty: &Type) -> Self {
        let mut borrows = Self::default();
        borrows.visit_type_mut(&mut ty.clone());
        borrows
    }

    /// Whether some are written.
    pub(crate) fn are_written(&self) -> bool {
        !self.lifetimes.is_empty()
    }

    pub(crate) fn of_output(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self::default(),
            ReturnType::Type(_, ty) => Self::of(ty),
        }
    }
}

impl VisitMut for Borrows {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.mutability.is_some() || !is_str(&reference.elem) {
            self.lent.push(reference.lifetime.clone());
        }
        if reference.lifetime.is_none() {
            self.lifetimes.push(None);
        }
        visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            self.lifetimes.push(Some(lifetime.clone()));
        }
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        self.of_self |= path.segments.first().is_some_and(|first| first.ident == "Self");
        visit_path_mut(self, path);
    }

    // What a function takes and returns is no part of it.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
}

/// `&T`, whose copies are as good as itself.
pub(crate) fn is_shared(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Reference(reference) if reference.mutability.is_none())
}

/// `&mut T`.
pub(crate) fn is_exclusive(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Reference(reference) if reference.mutability.is_some())
}

/// A number, a `bool` or a `char`.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    const NAMES: [&str; 16] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "bool",
        "char",
    ];
    NAMES.iter().any(|name| is_called(ty, name))
}

fn is_str(ty: &Type) -> bool {
    is_called(ty, "str")
}

fn is_called(ty: &Type, name: &str) -> bool {
    matches!(ungrouped(ty), Type::Path(ty) if ty.path.is_ident(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(ty: &str) -> (usize, usize) {
        let borrows = Borrows::of(&syn::parse_str(ty).unwrap());
        (borrows.lifetimes.len(), borrows.lent.len())
    }

    #[test]
    fn borrows_are_found_where_they_are_written() {
        for (ty, found) in [
            ("u8", (0, 0)),
            ("io::Result<&'a mut T>", (1, 1)),
            ("(&T, &str, Cursor<'_>)", (3, 1)),
            ("&'static mut [u8]", (0, 1)),
            ("Option<Pin<&mut Self>>", (1, 1)),
            ("Box<dyn Fn(&T) -> &mut T>", (0, 0)),
            ("impl Iterator<Item = &'a T> + 'a", (2, 1)),
            ("fn(&mut T)", (0, 0)),
        ] {
            assert_eq!(written(ty), found, "{ty}");
        }
    }
}
