use breaker_runtime::circuit_breaker;

use std::io;
struct Store { x: u8 }
impl Store {
    #[circuit_breaker(fallback = Self::other)]
    fn first(&mut self) -> io::Result<&mut u8> { Ok(&mut self.x) }

    #[circuit_breaker(fallback = |_| Ok(&mut self.x))]
    async fn first_later<'a>(&'a mut self, _other: &mut u8) -> io::Result<&'a mut u8> { Ok(&mut self.x) }

    fn other(&mut self) -> io::Result<&mut u8> { Ok(&mut self.x) }

    #[circuit_breaker(fallback = Self::shared_other)]
    fn shared(&mut self) -> io::Result<&u8> { Ok(&self.x) }

    fn shared_other(&mut self) -> io::Result<&u8> { Ok(&self.x) }
}

#[circuit_breaker(fallback = alt)]
fn filled(mut out: &mut [u8], _: u8) -> io::Result<&mut [u8]> {
    out = &mut out[1..];
    Ok(out)
}

fn alt(out: &mut [u8], _: u8) -> io::Result<&mut [u8]> { Ok(out) }

struct Request<'h> { headers: &'h mut [u8] }

impl<'h> Request<'h> {
    #[circuit_breaker(fallback = Self::without)]
    fn new(headers: &'h mut [u8]) -> io::Result<Request<'h>> { Ok(Self { headers }) }

    fn without(_: &'h mut [u8]) -> io::Result<Request<'h>> { Ok(Self { headers: &mut [] }) }

    #[circuit_breaker(fallback = |_| { self.headers[0] = 1; Err(io::ErrorKind::Other.into()) })]
    fn reborrowed(&mut self) -> io::Result<Request<'_>> { Ok(Request { headers: self.headers }) }
}

struct Peekable<I: Iterator> { iter: I, peeked: Vec<I::Item> }

impl<I: Iterator> Peekable<I> {
    #[circuit_breaker(failure_if = |_| false, fallback = Self::nothing)]
    fn peek(&mut self) -> Option<&I::Item> {
        self.peeked.extend(self.iter.next());
        self.peeked.first()
    }

    fn nothing(&mut self) -> Option<&I::Item> { None }
}

struct Lines { text: String }

impl Lines {
    #[circuit_breaker(fallback = Self::empty)]
    fn line(&mut self) -> io::Result<&str> {
        self.text.clear();
        Ok(&self.text)
    }

    fn empty(&mut self) -> io::Result<&str> { Ok("") }
}

fn main() {}
