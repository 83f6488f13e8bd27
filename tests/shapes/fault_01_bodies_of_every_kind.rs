// edition 2018
// More of what a body may do with its arguments: patterns, receivers, closures, threads, macros.
#![allow(clippy::all, clippy::pedantic)]
use std::{
    collections::{BTreeMap, HashMap},
    fmt::{self, Debug, Display, Write as _},
    future::Future,
    io::{self, Read, Write},
    ops::DerefMut,
    pin::{pin, Pin},
    rc::Rc,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, Waker},
};

#[derive(Debug, Default)]
struct Store<T> {
    items: Vec<T>,
    map: BTreeMap<String, T>,
    n: usize,
}

impl<T: Debug + Default + Clone> Store<T> {
    #[::breaker_runtime::circuit_breaker]
    fn split(&mut self) -> io::Result<(&mut Vec<T>, &mut BTreeMap<String, T>)> {
        let Self { items, map, .. } = self;
        Ok((items, map))
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| Err(io::ErrorKind::Other.into()), fallback_on = rejected)]
    fn entry<'a>(&'a mut self, key: &str) -> io::Result<&'a mut T> {
        if self.map.contains_key(key) {
            return Ok(self.map.get_mut(key).unwrap());
        }
        Ok(self.map.entry(key.to_owned()).or_default())
    }

    #[::breaker_runtime::circuit_breaker]
    fn drain_where<'a>(&'a mut self, mut f: impl FnMut(&T) -> bool + 'a) -> io::Result<impl Iterator<Item = T> + 'a> {
        self.n += 1;
        Ok(self.items.drain(..).filter(move |item| f(item)))
    }

    #[::breaker_runtime::circuit_breaker]
    fn iter_mut(&mut self) -> io::Result<Box<dyn Iterator<Item = &mut T> + '_>> {
        println!("{:?}", self);
        Ok(Box::new(self.items.iter_mut().chain(self.map.values_mut())))
    }

    #[::breaker_runtime::circuit_breaker]
    fn boxed(mut self: Box<Self>, item: T) -> io::Result<Box<Self>> {
        self.items.push(item);
        Ok(self)
    }

    #[::breaker_runtime::circuit_breaker]
    fn shared(self: &Arc<Self>, mut n: usize) -> io::Result<&T> {
        n -= 1;
        self.items.get(n).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    #[::breaker_runtime::circuit_breaker]
    fn counted(self: Rc<Self>) -> io::Result<usize> {
        Ok(Rc::strong_count(&self))
    }

    #[::breaker_runtime::circuit_breaker]
    fn replaced(&mut self, with: Self) -> io::Result<Self> {
        Ok(std::mem::replace(self, with))
    }

    #[::breaker_runtime::circuit_breaker(key = self.n, fallback = |_| Err(io::ErrorKind::Other.into()))]
    fn keyed(&mut self, mut key: String) -> io::Result<&mut T> {
        key.push('!');
        self.n += 1;
        Ok(self.map.entry(key).or_default())
    }

    #[::breaker_runtime::circuit_breaker(key = format!("{}", self.n), fallback = |_| Err(io::ErrorKind::Other.into()))]
    async fn keyed_later<'a, 'b>(&'a mut self, key: &'b str) -> io::Result<&'a mut T>
    where
        'b: 'a,
    {
        self.n += 1;
        std::future::ready(()).await;
        Ok(self.map.entry(key.to_owned()).or_default())
    }

    #[::breaker_runtime::circuit_breaker]
    async fn pinned(mut self: Pin<&mut Self>, n: usize) -> io::Result<usize>
    where
        T: Unpin,
    {
        self.as_mut().n = n;
        std::future::ready(()).await;
        self.n += 1;
        Ok(self.n)
    }
}

struct Parts<'a, W> {
    writer: &'a mut W,
    text: &'a str,
}

#[::breaker_runtime::circuit_breaker]
fn by_parts<'a, W: Write>(Parts { writer, text }: Parts<'a, W>) -> io::Result<&'a mut W> {
    writer.write_all(text.as_bytes())?;
    Ok(writer)
}

#[::breaker_runtime::circuit_breaker]
fn by_reference_patterns(&mut (ref mut a, b): &mut (String, u8), [x, y]: [&mut u8; 2]) -> io::Result<u8> {
    a.push('x');
    *x += b;
    *y += *x;
    Ok(*y)
}

#[::breaker_runtime::circuit_breaker]
fn with_callables(f: &mut dyn FnMut(u8) -> u8, mut g: impl FnMut() -> u8, h: Box<dyn FnOnce(u8) -> u8>) -> io::Result<u8> {
    let first = f(1);
    Ok(h(first + f(1) + g() + g()))
}

#[::breaker_runtime::circuit_breaker]
fn scoped(out: &mut Vec<u8>, other: &mut Vec<u8>) -> io::Result<usize> {
    std::thread::scope(|scope| {
        scope.spawn(|| out.push(1));
        scope.spawn(|| other.push(2));
    });
    Ok(out.len() + other.len())
}

#[::breaker_runtime::circuit_breaker]
fn returned_closure<'a>(out: &'a mut Vec<u8>) -> io::Result<Box<dyn FnMut(u8) -> usize + 'a>> {
    out.push(0);
    Ok(Box::new(move |byte| {
        out.push(byte);
        out.len()
    }))
}

#[::breaker_runtime::circuit_breaker]
unsafe fn raw(out: *mut u8, mut n: usize) -> io::Result<()> {
    while n > 0 {
        n -= 1;
        unsafe { *out.add(n) = n as u8 };
    }
    Ok(())
}

#[::breaker_runtime::circuit_breaker(failure_if = |n| *n == 0, fallback = |_| 0)]
extern "C" fn counted(out: &mut u32, by: u32) -> u32 {
    *out += by;
    *out
}

#[::breaker_runtime::circuit_breaker]
fn arrays<const N: usize>(mut a: [u8; N], out: &mut [u8; N]) -> io::Result<[u8; N]> {
    a.reverse();
    std::mem::swap(&mut a, out);
    Ok(a)
}

#[::breaker_runtime::circuit_breaker]
fn guard<'a>(mut guard: MutexGuard<'a, Vec<u8>>, _other: Arc<u8>) -> io::Result<MutexGuard<'a, Vec<u8>>> {
    guard.push(1);
    println!("{:?}", guard);
    Ok(guard)
}

// The temporary of the tail is dropped before the guard.
#[::breaker_runtime::circuit_breaker]
fn tail(mut mutex: Arc<Mutex<Vec<u8>>>, n: &mut usize) -> io::Result<usize> {
    mutex = mutex.clone();
    *n += 1;
    Ok(mutex.lock().unwrap().len())
}

#[::breaker_runtime::circuit_breaker]
fn copied(mut reader: &[u8], r#type: &mut Vec<u8>, mut _n: u8) -> io::Result<usize> {
    _n += 1;
    reader.read_to_end(r#type)
}

#[::breaker_runtime::circuit_breaker]
fn get_or_insert<'m, K: std::hash::Hash + Eq, V>(map: &'m mut HashMap<K, V>, key: K, value: V) -> io::Result<&'m mut V> {
    use std::collections::hash_map::Entry;
    match map.entry(key) {
        Entry::Occupied(entry) => Ok(entry.into_mut()),
        Entry::Vacant(entry) => Ok(entry.insert(value)),
    }
}

#[::breaker_runtime::circuit_breaker]
fn through<'a, D: DerefMut<Target = [u8]>>(d: &'a mut D, at: usize) -> io::Result<&'a mut u8> {
    println!("{}", d.len());
    d.get_mut(at).ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[::breaker_runtime::circuit_breaker(failure_if = |shown| shown.is_err())]
fn shown(f: &mut fmt::Formatter<'_>, value: &dyn Display) -> Result<(), ShownError> {
    f.write_str("<")?;
    write!(f, "{}>", value)?;
    Ok(())
}

struct ShownError;

impl From<fmt::Error> for ShownError {
    fn from(_: fmt::Error) -> Self {
        Self
    }
}

impl From<breaker_runtime::CircuitOpen> for ShownError {
    fn from(_: breaker_runtime::CircuitOpen) -> Self {
        Self
    }
}

struct Shown;

impl Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        shown(f, &1).map_err(|_| fmt::Error)
    }
}

// Arguments and the receiver that a macro names.
macro_rules! methods {
    ($($name:ident($self:ident, $out:ident: $ty:ty) -> $ret:ty $body:block)*) => {$(
        #[::breaker_runtime::circuit_breaker]
        fn $name(&mut $self, $out: $ty) -> $ret $body

    )*};
    (hygienic) => {
        #[::breaker_runtime::circuit_breaker]
        fn hygienic(mut out: &mut Vec<u8>, n: u8) -> io::Result<&mut Vec<u8>> {
            out.push(n);
            println!("{:?}", out);
            out = { out.push(n); out };
            Ok(out)
        }
    };
}

struct Made(u8);

impl Made {
    methods! {
        first(self, out: &mut Vec<u8>) -> io::Result<&mut u8> { out.push(self.0); Ok(&mut self.0) }
        second(self, mut_out: &mut Vec<u8>) -> io::Result<&mut Self> { mut_out.push(self.0); self.0 += 1; Ok(self) }
    }
}

methods!(hygienic);

trait Step<'a> {
    type Item: 'a;
    fn step(&mut self) -> io::Result<Self::Item>;
    fn twice(&mut self) -> io::Result<(Self::Item, Self::Item)>;
}

impl<'a> Step<'a> for &'a mut [u8] {
    type Item = &'a mut u8;

    #[::breaker_runtime::circuit_breaker]
    fn step(&mut self) -> io::Result<&'a mut u8> {
        let (first, rest) = std::mem::take(self).split_first_mut().ok_or(io::ErrorKind::UnexpectedEof)?;
        *self = rest;
        Ok(first)
    }

    #[::breaker_runtime::circuit_breaker(fallback = |_| Err(io::ErrorKind::Other.into()))]
    fn twice(&mut self) -> io::Result<(Self::Item, Self::Item)> {
        let first = self.step()?;
        println!("{:?}", self);
        Ok((first, self.step()?))
    }
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(0))]
async fn later(mut reader: &[u8], out: &mut Vec<u8>, (mut n, _): (u8, &mut u8), f: &mut (dyn FnMut(u8) + Send)) -> io::Result<usize> {
    n += 1;
    f(n);
    std::future::ready(()).await;
    f(n);
    reader.read_to_end(out)
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(0), fallback_on = rejected)]
fn boxed_later<'a>(mut out: &'a mut Vec<u8>, mut n: u8) -> Pin<Box<dyn Future<Output = io::Result<usize>> + Send + 'a>> {
    n += 1;
    out.push(n);
    out = { out.push(n); out };
    Box::pin(async move {
        out.push(3);
        Ok(out.len())
    })
}

#[::breaker_runtime::circuit_breaker]
fn named_later<'a>(store: &'a mut Store<u8>, item: u8) -> impl Future<Output = io::Result<&'a mut u8>> + Send + 'a {
    store.n += 1;
    async move {
        store.items.push(item);
        Ok(store.items.last_mut().unwrap())
    }
}

fn send<T: Send>(value: T) -> T {
    value
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn main() -> io::Result<()> {
    let mut store = Store { items: vec![1_u8, 2, 3], ..Default::default() };
    store.split()?.0.push(4);
    *store.entry("a")? += 1;
    assert_eq!(store.iter_mut()?.count(), 5);
    assert_eq!(store.drain_where(|n| n % 2 == 0)?.collect::<Vec<_>>(), [2, 4]);
    *store.keyed("b".to_owned())? += 1;
    *block_on(send(store.keyed_later("c")))? += 1;
    assert_eq!(block_on(send(Pin::new(&mut store).pinned(4)))?, 5);
    let boxed = Box::new(store.replaced(Store::default())?).boxed(7)?;
    assert_eq!(boxed.map["b!"], 1);
    assert_eq!(Arc::new(*boxed).shared(1)?, &7);
    assert_eq!(Rc::new(store).counted()?, 1);
    let mut bytes = Vec::new();
    by_parts(Parts { writer: &mut bytes, text: "a" })?.push(b'b');
    assert_eq!(bytes, b"ab");
    assert_eq!(by_reference_patterns(&mut (String::new(), 1), [&mut 1, &mut 2])?, 4);
    let mut calls = 0;
    assert_eq!(with_callables(&mut |n| n + 1, || { calls += 1; calls }, Box::new(|n| n * 2))?, 14);
    assert_eq!(scoped(&mut bytes, &mut Vec::new())?, 4);
    assert_eq!(returned_closure(&mut bytes)?(1), 5);
    unsafe { raw(bytes.as_mut_ptr(), 2)? };
    assert_eq!(bytes[..2], [0, 1]);
    assert_eq!(counted(&mut 1, 2), 3);
    assert_eq!(arrays([1, 2], &mut [3, 4])?, [3, 4]);
    let mutex = Arc::new(Mutex::new(vec![0]));
    assert_eq!(guard(mutex.lock().unwrap(), Arc::new(1))?.len(), 2);
    assert_eq!(tail(mutex, &mut 1)?, 2);
    assert_eq!(copied(&[1, 2], &mut Vec::new(), 1)?, 2);
    *get_or_insert(&mut HashMap::new(), 1, 2)? += 1;
    *through(&mut bytes, 0)? = 9;
    assert_eq!(Shown.to_string(), "<1>");
    let mut made = Made(1);
    *made.first(&mut bytes)? += 1;
    assert_eq!(made.second(&mut bytes)?.0, 3);
    hygienic(&mut bytes, 1)?.clear();
    let mut slice = &mut [1, 2, 3][..];
    assert_eq!(*slice.step()?, 1);
    assert_eq!(slice.twice()?, (&mut 2, &mut 3));
    assert_eq!(block_on(send(later(&[1], &mut bytes, (1, &mut 1), &mut |_| ())))?, 1);
    assert_eq!(block_on(boxed_later(&mut bytes, 1))?, 4);
    assert_eq!(block_on(named_later(&mut Store::default(), 1))?, &1);
    Ok(())
}
