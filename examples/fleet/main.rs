//! Four processes of a service share what they find out about a dependency: `cargo run --example fleet`.
//!
//! It starts a real `redis-server` if there is one on the machine, and four processes of itself. Then the dependency goes
//! bad and comes back, an operator opens the circuit for all, and Redis is killed and comes back. It prints who did what,
//! ends by itself, and fails if the story was another.

use std::{env, process::ExitCode, thread, time::Duration};

use crate::{processes::Processes, redis::Redis};

mod memory;
mod node;
mod processes;
mod redis;

fn main() -> ExitCode {
    if let Some(name) = env::args().nth(1) {
        node::run(&name);
        return ExitCode::SUCCESS;
    }
    let told = match Redis::start() {
        Some(redis) => story(redis),
        None => {
            println!(
                "There is no redis-server here (`apt-get install redis-server`): one node, on a MemoryEngine, instead."
            );
            memory::story()
        }
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            println!("That was another story: {what}");
            ExitCode::FAILURE
        }
    }
}

/// `Err` says what did not happen.
fn story(mut redis: Redis) -> Result<(), String> {
    let fleet = Processes::start(4, &redis.url());
    fleet.all_say("connected")?;
    println!("Four processes are connected, and call their dependency.\n");

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

    println!("An operator opens it for all, from the third process.");
    fleet.tell(2, "force")?;
    fleet.all_say("forced_open")?;
    println!("And lifts it, from the first.");
    fleet.tell(0, "reset")?;
    fleet.all_say("closed")?;
    println!();

    println!("Redis is killed.");
    redis.kill();
    fleet.all_say("degraded")?;
    let before = fleet.served()?;
    thread::sleep(Duration::from_millis(500));
    let meanwhile = fleet.served()? - before;
    println!("The service goes on: {meanwhile} calls were answered meanwhile.");
    if meanwhile == 0 {
        return Err("nothing was answered while Redis was down".to_owned());
    }
    fleet.set_down(true);
    fleet.all_say("open")?;
    fleet.set_down(false);
    fleet.all_say("closed")?;
    println!("Each opened and closed by itself.\n");

    println!("Redis comes back, empty.");
    redis.start_again();
    fleet.all_say("connected")?;
    fleet.tell(3, "force")?;
    fleet.all_say("forced_open")?;
    fleet.tell(3, "reset")?;
    fleet.all_say("closed")?;
    println!("One order reaches all again.");
    Ok(())
}
