use breaker_runtime::circuit_breaker;

static USERS: std::sync::LazyLock<breaker_runtime::CircuitBreaker> =
    std::sync::LazyLock::new(|| breaker_runtime::CircuitBreaker::new("u", breaker_runtime::Config::default()));
#[circuit_breaker(breaker = USERS, failure_threshold = 3)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
