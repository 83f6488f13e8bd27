// edition 2021
// An exclusive borrow that the body gives back is left to a fallback after a failure.
use std::io;

fn failed<T>() -> io::Result<T> {
    Err(io::ErrorKind::Other.into())
}

struct Parser<'t> {
    text: &'t str,
    failures: u8,
}

impl<'t> Parser<'t> {
    // The value borrows the text, whatever the signature says.
    #[::breaker_runtime::circuit_breaker(fallback = Self::rest)]
    fn word(&mut self) -> io::Result<&str> {
        self.failures += 1;
        let found = self.text.split(' ').next().filter(|word| *word != "fails");
        found.map_or_else(failed, Ok)
    }

    fn rest(&mut self) -> io::Result<&str> {
        Ok(self.text)
    }

    #[::breaker_runtime::circuit_breaker(fallback = Self::whole)]
    fn named(&mut self) -> io::Result<&'t str> {
        self.failures += 1;
        failed()
    }

    fn whole(&mut self) -> io::Result<&'t str> {
        Ok(self.text)
    }

    #[::breaker_runtime::circuit_breaker(fallback = Self::constant)]
    fn name(&mut self) -> io::Result<&str> {
        self.failures += 1;
        failed()
    }

    fn constant(&mut self) -> io::Result<&str> {
        Ok("parser")
    }

    #[::breaker_runtime::circuit_breaker(fallback = Self::filled)]
    fn unused(&mut self, _out: &'t mut [u8]) -> io::Result<u8> {
        self.failures += 1;
        failed()
    }

    #[::breaker_runtime::circuit_breaker(fallback = Self::filled, fallback_on = rejected)]
    fn kept(&mut self, out: &'t mut [u8]) -> io::Result<u8> {
        self.text = std::str::from_utf8(out).unwrap();
        Ok(1)
    }

    fn filled(&mut self, out: &mut [u8]) -> io::Result<u8> {
        out[0] = 2;
        Ok(out[0])
    }
}

// One name for the lifetimes of all arguments, none of which can hold another.
#[::breaker_runtime::circuit_breaker(fallback = one)]
fn one_name<'a>(out: &'a mut Vec<u8>, text: &'a str) -> io::Result<u8> {
    out.extend(text.bytes());
    failed()
}

fn one(out: &mut Vec<u8>, text: &str) -> io::Result<u8> {
    out.push(text.len() as u8);
    Ok(out.len() as u8)
}

fn main() {
    let mut parser = Parser { text: "fails twice", failures: 0 };
    assert_eq!(parser.word().unwrap(), "fails twice");
    assert_eq!(parser.named().unwrap(), "fails twice");
    assert_eq!(parser.name().unwrap(), "parser");
    let mut out = [0; 1];
    assert_eq!(parser.unused(&mut out).unwrap(), 2);
    assert_eq!(parser.failures, 4);
    let mut text = *b"kept";
    let mut parser = Parser { text: "", failures: 0 };
    assert_eq!(parser.kept(&mut text).unwrap(), 1);
    assert_eq!(parser.text, "kept");
    let mut all = vec![];
    assert_eq!((one_name(&mut all, "abc").unwrap(), all), (4, b"abc\x03".to_vec()));
}
