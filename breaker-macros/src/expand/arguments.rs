//! How the body gets at the arguments, and which of them are left to a fallback.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Error, FnArg, Lifetime, Pat, Receiver, ReceiverKind, Result, Type, TypeReference};

use crate::{
    expand::{Expansion, key},
    function::{
        Function,
        arguments::{Renamed, bind, bindings, is_changed, is_hidden, rename},
        borrows::{Borrows, is_exclusive, is_primitive, is_shared},
        groups::ungrouped,
        mentions::mentions,
        plain_name,
        returned::Returned,
    },
    options::{
        Options,
        value::{Fallback, FallbackOn},
    },
};

fn holds_borrow(ty: &Type) -> bool {
    Borrows::of(ty).are_written()
}

fn is_path(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Path(_)) && !is_primitive(ty)
}

/// An argument that cannot be left to a fallback after a failure.
struct Tied {
    argument: String,
    /// What is longer than the call, where it is not the returned value that borrows it.
    kept_for: Option<Lifetime>,
}

/// Which arguments others want while, or after, the body has them.
struct Lending<'a> {
    options: &'a Options,
    /// The fallback stands behind the body, so that a borrow of the body's must have ended.
    behind: bool,
}

impl<'a> Lending<'a> {
    fn new(options: &'a Options, function: &Function) -> Self {
        let sig = &function.sig;
        let makes_future = sig.asyncness.is_none() && Returned::of(&sig.output).is_some();
        // The body that makes a future runs before the circuit is asked, unless it does nothing else.
        let before = makes_future && !function.only_makes_future();
        Self { options, behind: before || options.fallback_on == FallbackOn::Any }
    }

    fn lends(&self, name: &str) -> bool {
        if self.options.clones.iter().any(|clone| clone == name) {
            return false;
        }
        let wants = |code: &dyn ToTokens| mentions(code.to_token_stream(), name);
        let by_fallback = match &self.options.fallback {
            Some(Fallback::Path(_)) => true,
            Some(Fallback::Closure(closure)) => wants(&closure.body),
            None => false,
        };
        self.behind && by_fallback || self.options.judgements().any(|judge| wants(judge))
    }

    /// Whether the body has the receiver as a `move` closure would have it.
    fn moves_receiver(&self, receiver: &Receiver, returned: &Borrows) -> bool {
        let returns_borrow = returned.are_written() || returned.of_self;
        let wanted = match &receiver.kind {
            ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
            ReceiverKind::Typed(_, ty) => {
                is_exclusive(ty)
                    || !is_shared(ty) && (receiver.mutability.is_some() || returns_borrow || holds_borrow(ty))
            }
            _ => receiver.mutability.is_some() || returns_borrow,
        };
        wanted && !self.lends("self")
    }
}

impl Expansion {
    /// Gives those arguments a plain name in the signature that the body binds again.
    ///
    /// An async body binds every one: so it has their drop order, and owns them. A sync body is a closure, which as a rule
    /// captures as little of an argument as it needs. It binds again
    /// - what is `mut`, so that a fallback gets the caller's value, and lints see a variable of the function's;
    /// - what holds an exclusive borrow, as a `move` closure would: a borrow of the argument would end with this function;
    /// - if that may drop something, whatever else may: what is dropped together keeps its order.
    pub(super) fn bound_again(options: &Options, function: &mut Function) -> Vec<Renamed> {
        if function.sig.asyncness.is_some() {
            return rename(&mut function.sig, |_, _, _| true);
        }
        let lending = Lending::new(options, function);
        let returned = Borrows::of_output(&function.sig.output);
        let may_return =
            |ty: &Type| returned.are_written() && is_path(ty) || returned.of_self && Borrows::of(ty).of_self;
        let handed = |pattern: &Pat| matches!(options.fallback, Some(Fallback::Path(_))) && is_hidden(pattern);
        let lent = |pattern: &Pat| bindings(pattern).iter().any(|binding| lending.lends(&binding.ident.to_string()));
        let moved = |pattern: &Pat, ty: &Type| {
            is_changed(pattern)
                || !lent(pattern)
                    && if is_exclusive(ty) {
                        is_hidden(pattern)
                    } else {
                        !is_shared(ty) && (holds_borrow(ty) || may_return(ty))
                    }
        };
        let dropped = |ty: &Type| !is_shared(ty) && !is_exclusive(ty) && !is_primitive(ty);
        let drops = function.sig.receiver().is_some_and(|receiver| {
            !matches!(receiver.kind, ReceiverKind::Reference(..)) && lending.moves_receiver(receiver, &returned)
        }) || function.sig.inputs.iter().any(|input| match input {
            FnArg::Typed(input) => dropped(&input.ty) && moved(&input.pat, &input.ty),
            FnArg::Receiver(_) => false,
        });
        let wanted = |attrs: &[Attribute], pattern: &Pat, ty: &Type| {
            // One that exists under a condition is bound under it.
            let conditional = is_exclusive(ty) && !attrs.is_empty() && !lent(pattern);
            let dropped_with = drops && dropped(ty) && !lent(pattern);
            handed(pattern) || conditional || moved(pattern, ty) || dropped_with
        };
        rename(&mut function.sig, wanted)
    }

    /// Whether an argument is left to a fallback that runs behind the body, or to a predicate.
    pub(super) fn lends(&self, argument: &str) -> bool {
        Lending::new(&self.options, &self.function).lends(argument)
    }

    /// A fallback that runs after a failure cannot have an argument whose exclusive borrow is in the value that the body
    /// returned, failed or not, or may be kept elsewhere.
    pub(super) fn check_lending(&self) -> Result<()> {
        let Some(fallback) = &self.options.fallback else { return Ok(()) };
        let sig = &self.function.sig;
        let returned = Borrows::of_output(&sig.output);
        let Some(tied) = sig.inputs.iter().find_map(|input| self.tied(input, &returned)) else { return Ok(()) };
        let Tied { argument, kept_for } = tied;
        let (holder, besides) = match kept_for {
            None => ("by the value that the function returns".to_owned(), String::new()),
            Some(lifetime) => (
                format!("for `{lifetime}`, which is longer than the call"),
                format!("; or leave `{lifetime}` out, if the body can do without"),
            ),
        };
        let way_out = format!(
            "`{argument}` is borrowed {holder}, so it is not left to a fallback after a failure: add \
             `fallback_on = rejected`, or use a closure without `{argument}`: `fallback = |error| …`{besides}"
        );
        Err(match fallback {
            Fallback::Path(path) => Error::new_spanned(path, way_out),
            Fallback::Closure(closure) => Error::new_spanned(&closure.body, way_out),
        })
    }

    /// An argument that is lent, and is `&mut` for as long as something in the returned value, or as something that
    /// outlives the call.
    ///
    /// Of a lifetime that is not written only what is hardly a constant is sure to borrow: not `&str`.
    fn tied(&self, input: &FnArg, returned: &Borrows) -> Option<Tied> {
        let named = |lifetime: &Option<Lifetime>| lifetime.as_ref().filter(|lifetime| lifetime.ident != "_").cloned();
        let (argument, lifetime, stands_for_elided) = match input {
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(_, lifetime, Some(_)) => ("self".to_owned(), named(lifetime), true),
                _ => return None,
            },
            FnArg::Typed(input) => {
                let Type::Reference(TypeReference { lifetime, mutability: Some(_), .. }) = ungrouped(&input.ty) else {
                    return None;
                };
                let name = plain_name(&input.pat)?;
                let original = self.renamed.iter().find(|renamed| renamed.name == *name);
                let written = original.map_or(Some(name), |renamed| plain_name(&renamed.pattern))?;
                (written.to_string(), named(lifetime), self.function.sig.receiver().is_none())
            }
        };
        let in_value = match &lifetime {
            Some(_) => returned.lifetimes.contains(&lifetime),
            None => {
                let lent = returned.lent.iter().any(|lifetime| named(lifetime).is_none());
                stands_for_elided && (lent || returned.lifetimes.iter().flatten().any(|name| name.ident == "_"))
            }
        };
        let kept = lifetime.filter(|lifetime| {
            !in_value && self.function.may_keep(lifetime) && mentions(self.function.body.to_token_stream(), &argument)
        });
        ((in_value || kept.is_some()) && self.lends(&argument)).then_some(Tied { argument, kept_for: kept })
    }

    /// A use by value that is never taken: so a closure captures the receiver, and what is `&mut`, as a `move` closure
    /// would. An argument that is not used in the body is left alone, and a lint says so.
    ///
    /// ```text
    /// // Input:  fn f(&mut self, out: &mut T) -> io::Result<&mut T>
    /// // Output: if false { let _moved = (self, out); loop {} }
    /// ```
    pub(super) fn captured_whole(&self) -> Option<TokenStream> {
        let sig = &self.function.sig;
        let returned = Borrows::of_output(&sig.output);
        let lending = Lending::new(&self.options, &self.function);
        let names = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(receiver) => {
                lending.moves_receiver(receiver, &returned).then(|| Ident::from(receiver.self_token))
            }
            FnArg::Typed(input) => {
                let name = plain_name(&input.pat)?;
                let bound_again = self.renamed.iter().any(|renamed| renamed.name == *name);
                (is_exclusive(&input.ty) && !bound_again && !lending.lends(&name.to_string())).then(|| name.clone())
            }
        });
        let body = self.function.body.to_token_stream();
        let names: Vec<_> = names.filter(|name| mentions(body.clone(), &name.to_string())).collect();
        match &names[..] {
            [] => None,
            [name] => Some(generated!(if false { let _moved = #name; loop {} })),
            names => Some(generated!(if false { let _moved = (#(#names),*); loop {} })),
        }
    }

    /// Whether the body borrows a `&mut` argument again, and leaves it to others.
    pub(super) fn reborrows(&self, argument: &Renamed) -> bool {
        let Renamed { pattern, name, exclusive, .. } = argument;
        *exclusive && self.lends(&plain_name(pattern).unwrap_or(name).to_string())
    }

    /// The statements that bind the arguments again, in order: so they are dropped as the plain function's are.
    ///
    /// A pattern that may leave a part of its argument where it is has it bound first, to be dropped right after.
    pub(super) fn rebound(&self) -> TokenStream {
        let asyncness = self.function.sig.asyncness.is_some();
        let Options { key, breaker, cache, .. } = &self.options;
        let keys = key.iter().chain(breaker).chain(cache.as_ref().map(|cache| &cache.key));
        let rebound = self.renamed.iter().map(|renamed| {
            let Renamed { attrs, pattern, name, .. } = renamed;
            let written = plain_name(pattern);
            let value = if self.reborrows(renamed) { generated!(&mut *#name) } else { generated!(#name) };
            let whole = (written.is_none() && (asyncness || !self.lends(&name.to_string())))
                .then(|| generated!(#(#attrs)* let #name = #value;));
            let value = if whole.is_some() { name.to_token_stream() } else { value };
            let (bound, used) = (bind(pattern, &value), key::used(renamed, keys.clone()));
            generated!(#whole #(#attrs)* #bound #used)
        });
        rebound.collect()
    }
}
