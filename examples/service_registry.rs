//! Endpoints that are known only at run time, each with a circuit of its own: `cargo run --example service_registry`.
//!
//! A gateway reads its endpoints from a list, gets or creates a circuit by name for each, and prints a health overview
//! before, during and after an outage. It ends by itself, and fails if the overview is not what it should be.

use std::{collections::BTreeMap, error::Error, io, time::Duration};

use breaker_runtime::{CallError, CircuitBreaker, Config, ConfigError, State, registry, testing::ManualClock};

/// An endpoint, and how patient to be with it.
struct Endpoint {
    address: &'static str,
    breaker: &'static CircuitBreaker,
}

/// The services of this gateway.
#[derive(Default)]
struct Gateway {
    endpoints: BTreeMap<String, Endpoint>,
}

impl Gateway {
    /// Adds an endpoint. Its circuit is made by the first who names it; whoever names it later shares it.
    fn register(&mut self, name: &str, address: &'static str, failures: u32) -> Result<(), ConfigError> {
        let config = Config::builder().failure_threshold(failures).half_open_max_calls(1).build()?;
        let breaker = registry().get_or_create(name.to_owned(), config);
        self.endpoints.insert(name.to_owned(), Endpoint { address, breaker });
        Ok(())
    }

    /// Sends a request, unless the endpoint is known to be down.
    fn send(&self, name: &str, network: &Network) -> Result<String, CallError<io::Error>> {
        let unknown = || CallError::Failed(io::Error::new(io::ErrorKind::NotFound, format!("no endpoint `{name}`")));
        let endpoint = self.endpoints.get(name).ok_or_else(unknown)?;
        endpoint.breaker.call(|| network.send(endpoint.address))
    }
}

/// A network of one's own, so that the outage is the same each time.
#[derive(Default)]
struct Network {
    down: Vec<&'static str>,
}

impl Network {
    fn send(&self, address: &'static str) -> io::Result<String> {
        if self.down.contains(&address) {
            return Err(io::Error::new(io::ErrorKind::ConnectionRefused, format!("{address} refuses connections")));
        }
        Ok(format!("answer of {address}"))
    }
}

fn overview(title: &str) -> Vec<(String, State)> {
    println!("{title}\n{}\n", registry().health());
    registry().iter().map(|breaker| (breaker.name().to_owned(), breaker.state())).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut gateway = Gateway::default();
    for (name, address, failures) in
        [("mail", "10.0.0.1:25", 3), ("search", "10.0.0.2:9200", 1), ("store", "10.0.0.3:5432", 5)]
    {
        gateway.register(name, address, failures)?;
    }
    // This program does not want to wait a minute for the recovery.
    let clock = ManualClock::new();
    registry().iter().for_each(|breaker| breaker.set_clock(clock.clone()));

    let mut network = Network::default();
    for name in gateway.endpoints.keys() {
        gateway.send(name, &network)?;
    }
    let before = overview("All is well:");

    network.down = vec!["10.0.0.1:25", "10.0.0.2:9200"];
    for _ in 0..10 {
        for name in gateway.endpoints.keys() {
            // Rejected or failed, the report tells.
            let _ = gateway.send(name, &network);
        }
    }
    let during = overview("Two endpoints are down:");
    let spared = registry().iter().map(|breaker| breaker.snapshot().rejected).sum::<u64>();
    println!("{spared} calls were not made in vain.\n");

    network.down.clear();
    clock.advance(Duration::from_secs(60));
    for name in gateway.endpoints.keys() {
        gateway.send(name, &network)?;
    }
    let after = overview("They are back:");

    // Somebody else asks for the circuit with other settings: it is the same one, and the difference is on record.
    gateway.register("mail", "10.0.0.4:25", 10)?;
    for conflict in registry().conflicts() {
        println!("Note: {conflict}");
    }

    let states = |expected: [State; 3]| {
        ["mail", "search", "store"].map(str::to_owned).into_iter().zip(expected).collect::<Vec<_>>()
    };
    assert_eq!(before, states([State::Closed; 3]));
    assert_eq!(during, states([State::Open, State::Open, State::Closed]));
    assert_eq!(after, states([State::Closed; 3]));
    assert_eq!((spared, registry().conflicts().len()), (16, 1));
    Ok(())
}
