//! Four nodes of a service share what they find out about a dependency: `cargo run --example fleet`.
//!
//! It starts a real `redis-server` if there is one on the machine, and four processes of itself; else, or with `--memory`,
//! four threads on a `MemoryEngine`. Then the dependency goes bad and comes back, an operator opens the circuit for all, and
//! the engine is killed and comes back. It prints who did what, ends by itself, and fails if the story was another.

use std::{env, process::ExitCode, thread, time::Duration};

use crate::{nodes::Nodes, store::Store};

mod node;
mod nodes;
mod store;

fn main() -> ExitCode {
    if node::is_one() {
        node::run_as_process();
        return ExitCode::SUCCESS;
    }
    let in_memory = env::args().any(|argument| argument == "--memory");
    let redis = if in_memory { None } else { Store::redis() };
    let store = redis.unwrap_or_else(|| {
        println!(
            "Four threads on a MemoryEngine. With a redis-server (`apt-get install redis-server`) it is processes.\n"
        );
        Store::memory()
    });
    match story(store) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            println!("That was another story: {what}");
            ExitCode::FAILURE
        }
    }
}

/// `Err` says what did not happen.
fn story(mut store: Store) -> Result<(), String> {
    let engine = store.name();
    let fleet = Nodes::start(4, &store);
    fleet.all_say("connected")?;
    println!("Four nodes are connected, and call their dependency.\n");

    println!("The dependency goes bad.");
    fleet.set_down(true);
    fleet.all_say("open")?;
    let heard = fleet.count("open (it heard so)");
    println!("All have opened: {} found out, {heard} heard of it.\n", 4 - heard);
    if heard == 0 {
        return Err("nobody heard of it".to_owned());
    }

    println!("It comes back.");
    thread::sleep(Duration::from_millis(1_500));
    fleet.set_down(false);
    fleet.all_say("closed")?;
    let probers = fleet.count("half_open (it probes for all)");
    println!("{probers} probes, one after another, and all have closed.\n");
    if !(1..=4).contains(&probers) {
        return Err(format!("{probers} probes"));
    }

    println!("An operator opens it for all, from the third node.");
    fleet.tell(2, "force")?;
    fleet.all_say("forced_open")?;
    println!("And lifts it, from the first.");
    fleet.tell(0, "reset")?;
    fleet.all_say("closed")?;
    println!();

    println!("{engine} is killed.");
    store.kill();
    fleet.all_say("degraded")?;
    let before = fleet.served()?;
    thread::sleep(Duration::from_millis(500));
    let meanwhile = fleet.served()? - before;
    println!("The service goes on: {meanwhile} calls were answered meanwhile.");
    if meanwhile == 0 {
        return Err(format!("nothing was answered while {engine} was down"));
    }
    fleet.set_down(true);
    fleet.all_say("open")?;
    fleet.set_down(false);
    fleet.all_say("closed")?;
    println!("Each opened and closed by itself.\n");

    println!("{engine} comes back, empty.");
    store.start_again();
    fleet.all_say("connected")?;
    fleet.tell(3, "force")?;
    fleet.all_say("forced_open")?;
    fleet.tell(3, "reset")?;
    fleet.all_say("closed")?;
    println!("One order reaches all again.");
    Ok(())
}
