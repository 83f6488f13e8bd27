//! The type of what the guarded call yields, for places where no value tells it.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::expand::{Expansion, spans::repeated};

impl Expansion {
    /// A type that is not written is named by a value, to which the return type of the function gives its meaning.
    ///
    /// ```text
    /// // Input:  fn f() -> Result<impl Iterator<Item = T>, E>
    /// // Output: let kind = Kind::<Result<_, E>>::new();
    /// //         if let Some(value) = kind.none() { return value; }
    /// ```
    pub(super) fn kind_of_output(&self) -> Option<TokenStream> {
        let Self { runtime, output, hidden, makes_future, .. } = self;
        let output = repeated(output.to_token_stream());
        (*hidden && !*makes_future).then(|| {
            generated! {
                let kind = #runtime::__private::Kind::<#output>::new();
                if let ::core::option::Option::Some(value) = kind.none() { return value; }
            }
        })
    }

    /// The kind of what is yielded.
    pub(super) fn kind_known(&self) -> TokenStream {
        let Self { runtime, output, hidden, .. } = self;
        let output = repeated(output.to_token_stream());
        if *hidden { generated!(kind) } else { generated!(#runtime::__private::Kind::<#output>::new()) }
    }

    /// No value of what is yielded.
    pub(super) fn none(&self) -> TokenStream {
        let output = repeated(self.output.to_token_stream());
        if self.hidden { generated!(kind.none()) } else { generated!(::core::option::Option::None::<#output>) }
    }
}
