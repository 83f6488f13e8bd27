//! Finds functions among the tokens of a macro: in what `macro_rules!` writes, and in what a macro of conditions
//! (`cfg_if!`, `cfg_io!`) passes on.

use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::function::{Function, Returns, spelled};

pub fn functions(path: &Path, text: &str, macro_name: &str, tokens: &TokenStream) -> Vec<Function> {
    let mut finder = Finder { path, text, found: Vec::new() };
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    if macro_name == "macro_rules" {
        // `(pattern) => { written }`: a pattern is no place for an attribute.
        let arrows = tokens.windows(3).filter(|at| is_punct(&at[0], '=') && is_punct(&at[1], '>'));
        for at in arrows {
            if let TokenTree::Group(written) = &at[2] {
                finder.group(written);
            }
        }
    } else if macro_name.starts_with("cfg_") {
        finder.tokens(&tokens);
    }
    finder.found
}

struct Finder<'a> {
    path: &'a Path,
    text: &'a str,
    found: Vec<Function>,
}

impl Finder<'_> {
    fn group(&mut self, group: &Group) {
        self.tokens(&group.stream().into_iter().collect::<Vec<_>>());
    }

    fn tokens(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while at < tokens.len() {
            let body = if is_ident(&tokens[at], "fn") { self.function(tokens, at) } else { None };
            at = body.unwrap_or(at);
            if let TokenTree::Group(group) = &tokens[at] {
                self.group(group);
            }
            at += 1;
        }
    }

    /// The function whose `fn` stands here; returns the place of its body.
    fn function(&mut self, tokens: &[TokenTree], at: usize) -> Option<usize> {
        let name = match tokens.get(at + 1)? {
            TokenTree::Ident(name) => name.to_string(),
            dollar if is_punct(dollar, '$') => match tokens.get(at + 2)? {
                TokenTree::Ident(name) => format!("${name}"),
                _ => return None,
            },
            _ => return None,
        };
        let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace);
        let length = tokens[at..].iter().position(|token| is_punct(token, ';') || is_body(token))?;
        let body = at + length;
        let TokenTree::Group(block) = &tokens[body] else { return None };
        let first = first_of_qualifiers(tokens, at);
        if is_test(&tokens[..first]) {
            return Some(body);
        }
        let (start, end) = (tokens[first].span().byte_range().start, block.span_close().byte_range().end);
        self.found.push(Function {
            file: self.path.to_owned(),
            line: self.text[..start].matches('\n').count() + 1,
            name,
            top: start,
            beneath: start,
            end,
            returns: returns(&tokens[at..body]),
            asyncness: tokens[first..at].iter().any(|token| is_ident(token, "async")),
            arguments: Vec::new(),
            clonable: Vec::new(),
            stand_in: None,
            refused: None,
            active: false,
        });
        Some(body)
    }
}

/// Goes back over `$vis`, `pub(crate)`, `const`, `async`, `unsafe` and `extern "C"`.
fn first_of_qualifiers(tokens: &[TokenTree], at: usize) -> usize {
    let mut first = at;
    while first > 0 {
        let before = &tokens[first - 1];
        let dollar = first > 1 && is_punct(&tokens[first - 2], '$');
        first -= match before {
            TokenTree::Ident(_) if dollar => 2,
            TokenTree::Ident(ident) if QUALIFIERS.iter().any(|word| ident == word) => 1,
            TokenTree::Literal(_) => 1,
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Parenthesis && first > 1 && is_ident(&tokens[first - 2], "pub") =>
            {
                1
            }
            _ => break,
        };
    }
    first
}

const QUALIFIERS: [&str; 5] = ["pub", "const", "async", "unsafe", "extern"];

/// Whether `#[test]` or its like stands among the attributes that end here.
fn is_test(before: &[TokenTree]) -> bool {
    let mut attributes = before.iter().rev().skip_while(|token| is_punct(token, '#'));
    attributes
        .by_ref()
        .take_while(|token| matches!(token, TokenTree::Group(_)) || is_punct(token, '#'))
        .any(|token| matches!(token, TokenTree::Group(group) if group.stream().to_string().contains("test")))
}

/// The return type, if it is written whole.
fn returns(signature: &[TokenTree]) -> Returns {
    let arrow = signature.windows(2).position(|at| is_punct(&at[0], '-') && is_punct(&at[1], '>'));
    let Some(arrow) = arrow else { return Returns::Unit };
    let written = signature[arrow + 2..].iter().take_while(|token| !is_ident(token, "where")).cloned();
    let written: TokenStream = written.collect();
    if written.to_string().contains('$') {
        return Returns::Unknown;
    }
    syn::parse2(written).map_or(Returns::Unknown, |ty| spelled(&ty))
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_ident(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == wanted)
}
