use breaker_runtime::circuit_breaker;

use std::io;

struct Request<'h> { headers: &'h mut [u8], rest: Option<std::slice::IterMut<'h, u8>> }

impl<'h> Request<'h> {
    #[circuit_breaker(fallback = Self::unread)]
    fn read(&mut self, headers: &'h mut [u8]) -> io::Result<usize> {
        self.headers = headers;
        Ok(0)
    }

    #[circuit_breaker(fallback = Self::unread)]
    fn iterated(&mut self, headers: &'h mut [u8]) -> io::Result<usize> {
        self.rest = Some(headers.iter_mut());
        Ok(0)
    }

    #[circuit_breaker(fallback = Self::later)]
    async fn read_later(&mut self, headers: &'h mut [u8]) -> io::Result<usize> {
        self.headers = headers;
        Ok(0)
    }

    #[circuit_breaker(fallback = |_| { headers[0] = 1; Ok(0) })]
    fn read_or_changed(&mut self, mut headers: &'h mut [u8]) -> io::Result<usize> {
        headers = &mut headers[1..];
        self.headers = headers;
        Ok(0)
    }

    #[circuit_breaker(failure_if = |_| false, fallback = Self::none)]
    fn new(headers: &'h mut [u8]) -> Self { Self { headers, rest: None } }

    fn unread(&mut self, _: &mut [u8]) -> io::Result<usize> { Ok(0) }

    async fn later(&mut self, _: &mut [u8]) -> io::Result<usize> { Ok(0) }

    fn none(_: &mut [u8]) -> Self { Self { headers: &mut [], rest: None } }
}

#[circuit_breaker(fallback = left)]
fn pushed<'a>(list: &mut Vec<&'a mut u8>, item: &'a mut u8) -> io::Result<()> {
    list.push(item);
    Ok(())
}

fn left(_: &mut Vec<&mut u8>, _: &mut u8) -> io::Result<()> { Ok(()) }

#[circuit_breaker(fallback = kept)]
fn leaked(place: &mut Option<&'static mut u8>, item: &'static mut u8) -> io::Result<()> {
    *place = Some(item);
    Ok(())
}

fn kept(_: &mut Option<&'static mut u8>, _: &mut u8) -> io::Result<()> { Ok(()) }

fn main() {}
