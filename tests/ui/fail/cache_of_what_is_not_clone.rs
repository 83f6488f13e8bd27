use breaker_runtime::circuit_breaker;

struct Connection;
#[circuit_breaker(cache(key = id, ttl = "1m"))]
fn f(id: u8) -> std::io::Result<Connection> { let _ = id; Ok(Connection) }

#[circuit_breaker(cache(key = id, ttl = "1m"), fallback = |_| Ok(std::rc::Rc::new(0)))]
async fn g(id: u8) -> std::io::Result<std::rc::Rc<u8>> { Ok(std::rc::Rc::new(id)) }

#[circuit_breaker(cache(key = 1, ttl = "1m"))]
fn generic<T>(value: T) -> std::io::Result<T> { Ok(value) }

fn main() {}
