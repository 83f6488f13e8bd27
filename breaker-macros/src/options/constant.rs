//! A value that is the path of a constant: the compiler evaluates it, so that a mistake in it is a compile error too.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, ExprPath, spanned::Spanned};

use crate::options::setting::{Kind, Setting};

impl Setting {
    /// ```text
    /// // Input:  failure_threshold = FAILURES
    /// // Output: { const __VALUE: u32 = FAILURES; const _: () = at_least_one(__VALUE, 4294967295, "…"); __VALUE }
    /// ```
    ///
    /// Items, because `cargo check` evaluates those, and no inline constant. An item's name is not hygienic.
    pub(super) fn to_constant(&self, runtime: &TokenStream) -> Option<TokenStream> {
        let path = path(&self.value)?;
        let span = Span::mixed_site().located_at(path.span());
        let check = |name: &str| {
            let name = Ident::new(name, span);
            quote_spanned!(span=> #runtime::__private::constant::#name)
        };
        let least = |least: u64, most: u64| {
            if most == u64::from(u32::MAX) {
                format!("is at least {least}")
            } else {
                format!("is from {least} to {most}")
            }
        };
        let (ty, checked, rule) = match self.kind {
            Kind::Count { max, .. } => ("u32", check("at_least_one"), least(1, max)),
            Kind::CountOrZero { max, .. } => ("u32", check("at_most"), least(0, max)),
            Kind::Size { max, .. } => ("usize", check("size"), least(1, max)),
            Kind::Wait => ("Duration", check("wait"), "is longer than zero".to_owned()),
            Kind::Rate => ("f64", check("rate"), "is over 0.0 and at most 1.0".to_owned()),
            Kind::Jitter => ("f64", check("share"), "is from 0.0 to 1.0".to_owned()),
            Kind::Factor => ("f64", check("factor"), "is at least 1.0".to_owned()),
            // A window has a check of its own, below.
            Kind::Window | Kind::OnCancel => return None,
        };
        let rule = format!("`{}` {rule}", self.key);
        let ty = match ty {
            "Duration" => quote_spanned!(span=> ::core::time::Duration),
            primitive => {
                let primitive = Ident::new(primitive, span);
                quote_spanned!(span=> ::core::primitive::#primitive)
            }
        };
        let most = match self.kind {
            Kind::Count { max, .. } | Kind::CountOrZero { max, .. } => {
                let max = u32::try_from(max).unwrap_or(u32::MAX);
                Some(quote_spanned!(span=> #max,))
            }
            _ => None,
        };
        Some(quote_spanned! {span=> {
            const __VALUE: #ty = #path;
            const _: () = #checked(__VALUE, #most #rule);
            __VALUE
        }})
    }

    /// The check of a window, which is of one of three types, to stand before its value.
    pub(crate) fn to_window_check(&self, runtime: &TokenStream) -> Option<TokenStream> {
        let path = path(&self.value).filter(|_| matches!(self.kind, Kind::Window))?;
        let span = Span::mixed_site().located_at(path.span());
        Some(quote_spanned!(span=> const _: () = #runtime::__private::constant::Window(#path).check();))
    }
}

fn path(value: &Expr) -> Option<&ExprPath> {
    match value {
        Expr::Path(path) => Some(path),
        Expr::Group(group) => path(&group.expr),
        _ => None,
    }
}
