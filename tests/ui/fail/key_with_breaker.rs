use breaker_runtime::circuit_breaker;

static USERS: std::sync::LazyLock<breaker_runtime::CircuitBreaker> =
    std::sync::LazyLock::new(|| breaker_runtime::CircuitBreaker::new("users", breaker_runtime::Config::default()));
#[circuit_breaker(breaker = USERS, key = host)]
fn f(host: &str) -> std::io::Result<usize> { Ok(host.len()) }

fn main() {}
