// edition 2024
// Every warning that the plain function has, at its place.
#![warn(unreachable_pub, missing_docs, unused_qualifications, single_use_lifetimes, unused_lifetimes)]
#![warn(elided_lifetimes_in_paths, non_snake_case, unsafe_op_in_unsafe_fn, unused_results, trivial_casts, let_underscore_drop)]
#![warn(variant_size_differences, unused_extern_crates, missing_debug_implementations, deprecated_in_future)]
use std::io;

mod private {
    #[::breaker_runtime::circuit_breaker]
    pub fn unreachable() -> std::io::Result<u8> {
        Ok(1)
    }

    #[::breaker_runtime::circuit_breaker]
    pub async fn unreachable_later() -> std::io::Result<u8> {
        Ok(1)
    }

    #[::breaker_runtime::circuit_breaker]
    pub(crate) fn never_called() -> std::io::Result<u8> {
        Ok(1)
    }
}

#[::breaker_runtime::circuit_breaker]
fn dead() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
async fn dead_later() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
fn dead_box() -> std::pin::Pin<Box<dyn Future<Output = io::Result<u8>>>> {
    Box::pin(async { Ok(1) })
}

#[::breaker_runtime::circuit_breaker]
#[expect(dead_code)]
fn expected_to_be_dead() -> io::Result<u8> {
    Ok(1)
}

/// Documented.
pub struct Client {
    x: u8,
}

impl Client {
    #[::breaker_runtime::circuit_breaker]
    pub fn undocumented(&self) -> io::Result<u8> {
        Ok(self.x)
    }

    #[::breaker_runtime::circuit_breaker]
    pub async fn undocumented_later(&self) -> io::Result<u8> {
        Ok(self.x)
    }

    #[::breaker_runtime::circuit_breaker]
    fn dead_method(&self) -> io::Result<u8> {
        Ok(self.x)
    }

    #[::breaker_runtime::circuit_breaker]
    #[expect(missing_docs)]
    pub fn expected(&self) -> io::Result<u8> {
        Ok(self.x)
    }

    #[::breaker_runtime::circuit_breaker]
    /// Wrong.
    pub fn to_consuming(self) -> io::Result<u8> {
        Ok(self.x)
    }

    #[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| 0)]
    pub fn len(&self) -> usize {
        usize::from(self.x)
    }
}

#[::breaker_runtime::circuit_breaker]
fn unused_argument(argument: u8, mut changed: u8, other: &mut u8) -> io::Result<u8> {
    changed = 1;
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
async fn unused_argument_later(argument: u8, mut changed: u8, other: &mut u8) -> io::Result<u8> {
    changed = 1;
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
fn unused_in_patterns((left, mut right): (u8, u8), [first, ..]: [&mut u8; 2]) -> io::Result<u8> {
    Ok(left)
}

#[::breaker_runtime::circuit_breaker(fallback = other, fallback_on = rejected)]
fn unused_with_a_fallback(argument: u8, mut text: String) -> io::Result<u8> {
    Ok(1)
}

fn other(_: u8, _: String) -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
fn moved_on(mut out: &mut [u8]) -> io::Result<()> {
    out[0] = 1;
    out = &mut out[1..];
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
fn not_changed(mut out: &mut [u8], mut text: String, mut n: u8) -> io::Result<()> {
    out[0] = text.len() as u8 + n;
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
async fn not_changed_later(mut out: &mut [u8], mut text: String, mut n: u8) -> io::Result<()> {
    out[0] = text.len() as u8 + n;
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
#[expect(unused_variables, unused_mut, unused_assignments)]
fn expected_in_the_body(argument: u8, mut text: String, mut out: &mut [u8]) -> io::Result<usize> {
    let local = 1;
    out[0] = 1;
    out = &mut [];
    Ok(text.len())
}

#[::breaker_runtime::circuit_breaker]
#[expect(unused_variables, unused_mut)]
async fn expected_in_the_body_later(argument: u8, mut text: String) -> io::Result<usize> {
    let local = 1;
    Ok(text.len())
}

#[::breaker_runtime::circuit_breaker]
fn WrongName(BadArgument: u8) -> io::Result<u8> {
    Ok(BadArgument)
}

#[::breaker_runtime::circuit_breaker]
fn unused_generics<'a, T>(value: &'a u8) -> io::Result<u8> {
    Ok(*value)
}

#[::breaker_runtime::circuit_breaker]
#[must_use]
fn double_must_use() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
fn body(items: &Vec<u8>, text: &String, boxed: Box<u8>) -> io::Result<u8> {
    let unused = 1;
    if items.len() == 0 {
        return Err(io::ErrorKind::Other.into());
    }
    let mut never = text.clone();
    write_nothing();
    let value = *boxed;
    return Ok(value);
    write_nothing();
}

#[::breaker_runtime::circuit_breaker]
async fn body_later(items: &Vec<u8>, text: &String, boxed: Box<u8>) -> io::Result<u8> {
    let unused = 1;
    if items.len() == 0 {
        return Err(io::ErrorKind::Other.into());
    }
    let mut never = text.clone();
    write_nothing();
    let value = *boxed;
    return Ok(value);
    write_nothing();
}

#[must_use]
fn write_nothing() -> u8 {
    0
}

#[::breaker_runtime::circuit_breaker]
fn returns(x: u8) -> io::Result<u8> {
    return Ok(x);
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(x))]
fn returns_with_a_fallback(x: u8) -> io::Result<u8> {
    return Ok(x);
}

#[::breaker_runtime::circuit_breaker]
async fn returns_later(x: u8) -> io::Result<u8> {
    return Ok(x);
}

#[::breaker_runtime::circuit_breaker]
fn returns_changed(mut x: u8, out: &mut u8) -> io::Result<u8> {
    x += 1;
    *out = x;
    return Ok(x);
}

#[::breaker_runtime::circuit_breaker]
fn returns_a_binding(out: &mut u8) -> io::Result<u8> {
    *out = 1;
    let value = Ok(*out);
    value
}

#[::breaker_runtime::circuit_breaker]
fn returns_in_branches(x: u8, out: &mut u8) -> io::Result<u8> {
    if x > *out {
        return Ok(1);
    } else {
        return Ok(2);
    }
}

#[::breaker_runtime::circuit_breaker]
fn question_mark_and_exclusive(x: u8, out: &mut u8) -> io::Result<u8> {
    *out = 1;
    Ok(returns(x)?)
}

#[::breaker_runtime::circuit_breaker]
fn question_mark(x: u8) -> io::Result<u8> {
    Ok(returns(x)?)
}

#[::breaker_runtime::circuit_breaker]
async fn question_mark_later(x: u8) -> io::Result<u8> {
    Ok(returns_later(x).await?)
}

#[::breaker_runtime::circuit_breaker]
pub unsafe fn no_safety_section(x: *const u8) -> io::Result<u8> {
    Ok(unsafe { *x })
}

#[::breaker_runtime::circuit_breaker]
pub fn raw_pointer(x: *const u8) -> io::Result<u8> {
    Ok(unsafe { *x })
}

#[::breaker_runtime::circuit_breaker]
pub fn too_many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> io::Result<u8> {
    Ok(a + b + c + d + e + f + g + h)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Err(()))]
pub fn no_error_type(x: u8) -> Result<u8, ()> {
    if x == 1 { Ok(1) } else { Err(()) }
}

#[::breaker_runtime::circuit_breaker]
fn complex(x: u8) -> io::Result<Vec<Box<dyn Fn(Vec<Option<u8>>, Vec<Option<u8>>) -> Result<Vec<u8>, Vec<Option<u16>>>>>> {
    let _ = x;
    Ok(vec![])
}

#[::breaker_runtime::circuit_breaker]
fn needless<'a>(x: &'a str) -> io::Result<&'a str> {
    Ok(x)
}

#[::breaker_runtime::circuit_breaker]
async fn held(x: &std::sync::Mutex<u8>) -> io::Result<u8> {
    let guard = x.lock().unwrap();
    std::future::ready(()).await;
    Ok(*guard)
}

#[::breaker_runtime::circuit_breaker]
fn converted(x: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut all = vec![1];
    all.extend(x.into_iter());
    Ok(all.into_iter().into_iter().collect())
}

#[::breaker_runtime::circuit_breaker]
fn converted_into(x: Vec<u8>, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend(x.into_iter());
    Ok(())
}

#[::breaker_runtime::circuit_breaker]
fn bool_logic(x: bool, y: u8) -> io::Result<u8> {
    if x == true {
        return Ok(y as u8);
    }
    match x {
        true => Ok(1),
        false => Ok(2),
    }
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(()))]
fn recursion_only(x: u8, level: u8) -> io::Result<()> {
    if level == 0 { Ok(()) } else { recursion_only(x, level - 1) }
}

#[deprecated]
fn old() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
fn uses_old() -> io::Result<u8> {
    old()
}

#[cfg(test)]
mod tests {}

#[::breaker_runtime::circuit_breaker]
fn after_the_tests() -> io::Result<u8> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker]
pub async fn after_the_tests_later() -> io::Result<u8> {
    Ok(1)
}

fn main() {
    let client = Client { x: 1 };
    let _ = (private::unreachable(), private::unreachable_later(), client.undocumented(), client.undocumented_later());
    let _ = (client.expected(), client.len(), client.to_consuming());
    let _ = unused_argument(1, 1, &mut 1);
    let _ = unused_argument_later(1, 1, &mut 1);
    let _ = (unused_in_patterns((1, 1), [&mut 1, &mut 1]), unused_with_a_fallback(1, String::new()));
    let _ = (moved_on(&mut [1]), not_changed(&mut [1], String::new(), 1));
    let _ = not_changed_later(&mut [1], String::new(), 1);
    let _ = expected_in_the_body(1, String::new(), &mut [1]);
    let _ = expected_in_the_body_later(1, String::new());
    let _ = (WrongName(1), unused_generics::<u8>(&1), double_must_use());
    let _ = body(&vec![1], &String::new(), Box::new(1));
    let _ = body_later(&vec![1], &String::new(), Box::new(1));
    let _ = (returns(1), returns_with_a_fallback(1), returns_later(1), returns_changed(1, &mut 1));
    let _ = (returns_a_binding(&mut 1), returns_in_branches(1, &mut 1), question_mark(1), question_mark_and_exclusive(1, &mut 1), question_mark_later(1));
    let _ = (complex(1), needless("a"), held(&std::sync::Mutex::new(1)), bool_logic(true, 1), recursion_only(1, 1));
    let _ = (converted(vec![]), converted_into(vec![], &mut vec![]));
    let _ = (uses_old(), after_the_tests());
}
