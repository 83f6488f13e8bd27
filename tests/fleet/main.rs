//! A fleet of several processes on real Redis servers, which each test starts for itself, and what goes wrong there.
//!
//! Without `redis-server` on the machine (`apt-get install redis-server`) the tests say so and pass.

mod deploy;
mod engine_faults;
mod exported;
mod health;
mod hostile;
mod in_process;
mod network_faults;
mod node;
mod nodes;
mod outage;
mod overrides;
mod places;
mod proxy;
mod rights;
mod server;
mod settings;
mod tls;
