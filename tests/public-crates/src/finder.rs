//! Finds the functions of a file, and where their attributes go.

use std::path::Path;

use syn::{
    Attribute, Block, Signature, Visibility,
    visit::{self, Visit},
};

use crate::{
    function::{Function, arguments, is_test, returns, stand_in, start},
    macro_finder,
};

/// The functions of a file, outer ones before those within them.
pub fn functions(path: &Path, text: &str) -> syn::Result<Vec<Function>> {
    let file = syn::parse_file(text)?;
    let mut finder = Finder { path, text, found: Vec::new() };
    finder.visit_file(&file);
    Ok(finder.found)
}

struct Finder<'a> {
    path: &'a Path,
    text: &'a str,
    found: Vec<Function>,
}

impl Finder<'_> {
    fn add(&mut self, attrs: &[Attribute], vis: Option<&Visibility>, sig: &Signature, block: &Block) {
        if is_test(attrs) {
            return;
        }
        let own = match vis {
            Some(Visibility::Inherited) | None => start(sig),
            Some(vis) => start(vis),
        };
        let Some(beneath) = own else { return };
        let outer = attrs.iter().find(|attr| matches!(attr.style, syn::AttrStyle::Outer));
        let (returns, asyncness) = returns(sig);
        let (arguments, clonable) = arguments(sig);
        self.found.push(Function {
            file: self.path.to_owned(),
            line: self.text[..beneath].matches('\n').count() + 1,
            name: sig.ident.to_string(),
            top: outer.and_then(start).unwrap_or(beneath),
            beneath,
            end: block.brace_token.span.close().byte_range().end,
            returns,
            asyncness,
            arguments,
            clonable,
            stand_in: stand_in(sig),
            refused: None,
            active: false,
        });
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.attrs, Some(&item.vis), &item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if item.modifiers.defaultness.is_none() {
            self.add(&item.attrs, Some(&item.vis), &item.sig, &item.block);
        }
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.attrs, None, &item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let name = called.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        self.found.extend(macro_finder::functions(self.path, self.text, &name, &called.tokens));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::Returns;

    fn found(text: &str) -> Vec<(String, String, String)> {
        let functions = functions(Path::new("lib.rs"), text).unwrap();
        let cut = |from: usize, to: usize| text[from..to].to_owned();
        functions.into_iter().map(|f| (f.name, cut(f.top, f.beneath), cut(f.beneath, f.end))).collect()
    }

    #[test]
    fn attributes_and_bodies_are_found_where_they_stand() {
        let text = "/// é\n#[inline]\npub(crate) async unsafe fn one() -> u8 { fn two() {} 1 }\n#[test] fn t() {}";
        assert_eq!(
            found(text),
            [
                (
                    "one".into(),
                    "/// é\n#[inline]\n".into(),
                    "pub(crate) async unsafe fn one() -> u8 { fn two() {} 1 }".into()
                ),
                ("two".into(), String::new(), "fn two() {}".into()),
            ]
        );
    }

    #[test]
    fn methods_are_found_in_impls_and_traits() {
        let text = "trait T { fn a(); fn b() {} } impl T for u8 { #[cold] fn a() { struct S; } }";
        let names: Vec<_> = found(text).into_iter().map(|(name, attrs, _)| (name, attrs)).collect();
        assert_eq!(names, [("b".into(), String::new()), ("a".into(), "#[cold] ".into())]);
    }

    #[test]
    fn a_macro_that_writes_functions_is_looked_into() {
        let text = "macro_rules! m { ($v:vis $n:ident, $t:ty) => { $(#[$m])* #[inline] $v fn $n(x: fn() -> u8) -> $t { f() } \
                    fn known(); }; } cfg_io! { pub fn io() -> io::Result<()> { Ok(()) } } other! { fn no() {} }";
        let all = functions(Path::new("lib.rs"), text).unwrap();
        let names: Vec<_> = all.iter().map(|f| (f.name.as_str(), f.returns.clone(), &text[f.beneath..f.end])).collect();
        assert_eq!(
            names,
            [
                ("$n", Returns::Unknown, "$v fn $n(x: fn() -> u8) -> $t { f() }"),
                ("io", Returns::Result { unit: true, converts: true }, "pub fn io() -> io::Result<()> { Ok(()) }"),
            ]
        );
    }
}
