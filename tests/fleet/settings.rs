//! Settings that say who is shared, over the fleet's own options.

use std::sync::{Mutex, MutexGuard, PoisonError};

use breaker_runtime::{
    Config, State,
    fleet::{Fleet, MemoryEngine},
    registry,
    settings::Settings,
};

use crate::{
    in_process::{connected, quick, wait},
    nodes::eventually,
};

/// What is installed is one for the program, so these tests take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn install(toml: &str) {
    Settings::from_toml(toml).unwrap().install().unwrap();
}

#[test]
fn what_settings_share_takes_part_until_they_say_otherwise() {
    let _turn = turn();
    let breaker = registry().get_or_create("settings-shared", Config::default());
    let engine = MemoryEngine::new();
    let fleet = quick(Fleet::with_engine(engine)).share(["nothing"]).start().unwrap();
    connected(&fleet);
    wait(fleet.force_open("settings-shared").because("INC-4711")).unwrap();
    assert_eq!(breaker.state(), State::Closed, "it is not shared");

    install("[settings-shared]\nshared = true");
    assert_eq!(registry().unused_settings(), [""; 0]);
    eventually("it takes part", || breaker.state() == State::ForcedOpen);
    // Another option alone does not touch it, and goes by itself.
    install("[settings-shared]\nshared = true\n[\"settings-*\"]\nshared = false\njitter = 0.5");
    eventually("the other option holds", || breaker.config().jitter() == 0.5);
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert_eq!(breaker.state(), State::ForcedOpen, "the name with more letters holds");

    install("[settings-shared]\nshared = false");
    eventually("what the fleet forced is lifted", || breaker.state() == State::Closed);
    install("[settings-shared]\nshared = true");
    eventually("it takes part again", || breaker.state() == State::ForcedOpen);
    install("");
    eventually("the fleet's options say that it does not", || breaker.state() == State::Closed);
}

#[test]
fn what_the_fleet_shares_is_left_out_by_settings() {
    let _turn = turn();
    let [inside, outside] =
        ["settings-in", "settings-out"].map(|name| registry().get_or_create(name, Config::default()));
    let variables = [("CIRCUIT_BREAKER__SETTINGS_OUT__SHARED", "false")];
    Settings::from_vars(variables).unwrap().install().unwrap();
    let fleet = quick(Fleet::with_engine(MemoryEngine::new())).share(["settings-in", "settings-out"]).start().unwrap();
    connected(&fleet);
    for name in ["settings-in", "settings-out"] {
        wait(fleet.disable(name)).unwrap();
    }
    eventually("one takes part", || inside.state() == State::Disabled);
    assert_eq!(outside.state(), State::Closed);
    install("");
    eventually("both do", || outside.state() == State::Disabled);
    drop(fleet);
    eventually("both are lifted", || inside.state() == State::Closed && outside.state() == State::Closed);
}

#[test]
fn a_family_is_shared_by_its_name_and_a_key_by_its_own() {
    let _turn = turn();
    let family = registry().get_or_create_family("settings-hosts", Config::default(), 10);
    let [a, b] = ["a.example", "b.example"].map(|host| family.get(host));
    let fleet = quick(Fleet::with_engine(MemoryEngine::new())).share(["nothing"]).start().unwrap();
    connected(&fleet);
    for key in ["settings-hosts[a.example]", "settings-hosts[b.example]", "settings-hosts[c.example]"] {
        wait(fleet.force_open(key)).unwrap();
    }
    install("[\"settings-hosts[a.*]\"]\nshared = true");
    eventually("one key takes part", || a.state() == State::ForcedOpen);
    assert_eq!(b.state(), State::Closed);
    install("[settings-hosts]\nshared = true\n[\"settings-hosts[a.example]\"]\nshared = false");
    eventually("the others do", || a.state() == State::Closed && b.state() == State::ForcedOpen);
    let later = family.get("c.example");
    eventually("also one that comes later", || later.state() == State::ForcedOpen);
    install("");
    eventually("none does", || [&a, &b, &later].iter().all(|key| key.state() == State::Closed));
}
