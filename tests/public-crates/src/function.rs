//! A function of a published crate.

use std::path::PathBuf;

use quote::ToTokens;
use syn::{
    FnArg, GenericArgument, Pat, PathArguments, PathSegment, ReturnType, Signature, Type, TypeParamBound, ext::IdentExt,
};

use crate::refusal::Refusal;

pub struct Function {
    /// Below the crate's folder.
    pub file: PathBuf,
    pub line: usize,
    pub name: String,
    /// Where an attribute above the others goes, and one beneath them, in bytes of the file as it was published.
    pub top: usize,
    pub beneath: usize,
    pub end: usize,
    pub returns: Returns,
    /// `async`, or it returns a future.
    pub asyncness: bool,
    /// Arguments that have a plain name.
    pub arguments: Vec<String>,
    /// Those of them whose type can be cloned for certain.
    pub clonable: Vec<String>,
    /// The type parameters of a stand-in that takes its arguments; `None` if that cannot be told.
    pub stand_in: Option<String>,
    /// Why it may not bear the attribute, as far as it is known.
    pub refused: Option<Refusal>,
    /// Whether this build compiles it at all.
    pub active: bool,
}

/// What a return type can say, as far as its spelling shows it. The compiler's messages put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returns {
    Unit,
    /// A `Result`, of `()` or not, whose error can be made from a refusal or not.
    Result {
        unit: bool,
        converts: bool,
    },
    /// Anything else; `named` if it is certainly no alias of a `Result`.
    Value {
        named: bool,
    },
    /// A fragment of a `macro_rules!` macro, of any type.
    Unknown,
}

impl Returns {
    pub fn is_result(&self) -> bool {
        matches!(self, Self::Result { .. })
    }
}

impl Function {
    /// `file:line name`.
    pub fn label(&self) -> String {
        format!("{}:{} {}", self.file.display(), self.line, self.name)
    }
}

/// What a signature shows: the function's own type, and whether there is a future around it.
pub fn returns(sig: &Signature) -> (Returns, bool) {
    match &sig.output {
        ReturnType::Default => (Returns::Unit, sig.asyncness.is_some()),
        ReturnType::Type(_, ty) if sig.asyncness.is_some() => (spelled(ty), true),
        ReturnType::Type(_, ty) => match future(ty) {
            Some(output) => (spelled(output), true),
            None => (spelled(ty), false),
        },
    }
}

pub fn spelled(ty: &Type) -> Returns {
    match ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => Returns::Unit,
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Returns::Value { named: false } };
            if last.ident.to_string().ends_with("Result") {
                // `Result<()>` may be an alias for a result of something around it.
                let standard =
                    types(last).count() == 2 || path.path.segments.len() == 2 && path.path.segments[0].ident == "io";
                let empty = |ty: &Type| matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty());
                let unit = standard && types(last).next().is_some_and(empty);
                return Returns::Result { unit, converts: true };
            }
            Returns::Value { named: path.qself.is_none() && COMMON.iter().any(|name| last.ident == name) }
        }
        Type::Reference(_) | Type::Tuple(_) | Type::Array(_) | Type::Ptr(_) => Returns::Value { named: true },
        Type::Group(group) => spelled(&group.elem),
        Type::Paren(paren) => spelled(&paren.elem),
        _ => Returns::Value { named: false },
    }
}

/// Types that nobody's alias goes by.
const COMMON: [&str; 26] = [
    "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32",
    "f64", "String", "Vec", "Option", "Box", "Self", "Ordering", "Arc", "Rc", "Poll", "Cow",
];

/// What the future resolves to that a type names, if it names one.
fn future(ty: &Type) -> Option<&Type> {
    match ty {
        Type::ImplTrait(ty) => output(ty.bounds.iter()),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" {
                return types(last).last();
            }
            let Type::Path(inner) = types(last).next().filter(|_| last.ident == "Pin")? else { return None };
            let boxed = inner.path.segments.last().filter(|segment| segment.ident == "Box")?;
            let Type::TraitObject(object) = types(boxed).next()? else { return None };
            output(object.bounds.iter())
        }
        _ => None,
    }
}

fn output<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>) -> Option<&'a Type> {
    bounds.find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last().filter(|segment| segment.ident == "Future")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
            _ => None,
        })
    })
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

/// The plain names of the arguments, and those of them that can be cloned for certain.
pub fn arguments(sig: &Signature) -> (Vec<String>, Vec<String>) {
    let (mut plain, mut clonable) = (Vec::new(), Vec::new());
    for input in &sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        let Pat::Ident(name) = &*input.pat else { continue };
        let hidden = name.ident.unraw().to_string().starts_with('_');
        // An argument that is there only with a feature cannot be named without it.
        let conditional = input.attrs.iter().any(|attr| attr.path().is_ident("cfg"));
        if name.by_ref.is_some() || name.subpat.is_some() || hidden || conditional {
            continue;
        }
        plain.push(name.ident.to_string());
        if is_clone(&input.ty) {
            clonable.push(name.ident.to_string());
        }
    }
    (plain, clonable)
}

/// A function of any so many arguments that returns anything, for the path of a fallback. Under an async function it says
/// what it returns: that may be a future or not, so the compiler does not infer it.
pub fn stand_in(sig: &Signature) -> Option<String> {
    let conditional = |input: &FnArg| match input {
        FnArg::Typed(input) => input.attrs.iter().any(|attr| attr.path().is_ident("cfg")),
        FnArg::Receiver(_) => false,
    };
    let count = sig.inputs.len();
    if sig.variadic.is_some() || count > MOST_ARGUMENTS || sig.inputs.iter().any(conditional) {
        return None;
    }
    let output = match &sig.output {
        _ if sig.asyncness.is_none() => String::new(),
        ReturnType::Default => format!("::<{}()>", "_, ".repeat(count)),
        ReturnType::Type(_, ty) => format!("::<{}{}>", "_, ".repeat(count), ty.to_token_stream()),
    };
    (!output.contains("impl ")).then(|| format!("::stand_in::of_{count}{output}"))
}

/// The stand-ins are written up to this.
pub const MOST_ARGUMENTS: usize = 8;

fn is_clone(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_clone),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last().filter(|_| path.qself.is_none()) else { return false };
            let plain = COMMON[..17].iter().any(|name| last.ident == name);
            let shared = ["Arc", "Rc"].iter().any(|name| last.ident == name);
            let holds = ["Vec", "Option", "Box"].iter().any(|name| last.ident == name);
            plain || shared || holds && types(last).count() > 0 && types(last).all(is_clone)
        }
        _ => false,
    }
}

/// Whether something else than a caller calls it, so that it is not a function that one annotates.
pub fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let last = attr.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        ["test", "bench", "quickcheck", "rstest", "proptest", "test_case", "main"].contains(&last.as_str())
    })
}

/// The byte at which the first token of something stands.
pub fn start(tokens: &impl ToTokens) -> Option<usize> {
    tokens.to_token_stream().into_iter().next().map(|token| token.span().byte_range().start)
}
