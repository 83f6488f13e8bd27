//! The routes of the page. How it looks and behaves is tested in a browser: `.ci/operations`.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use breaker_runtime::{
    CircuitBreaker, Config, Reason, State,
    fleet::{Fleet, FleetStatus, MemoryEngine},
    integration::page,
    registry,
    testing::ManualClock,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, String) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    (status, String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().into()).unwrap())
}

fn get(path: &str, accept: &str) -> Request<Body> {
    Request::get(path).header(header::ACCEPT, accept).body(Body::empty()).unwrap()
}

fn order(path: &str, kind: &str, body: &Value) -> Request<Body> {
    Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(body.to_string())).unwrap()
}

async fn view(router: &Router) -> Value {
    let (status, body) = ask(router, get("/circuits", "application/json")).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_str(&body).unwrap()
}

fn find<'a>(view: &'a Value, of: &str, name: &str) -> &'a Value {
    view[of].as_array().unwrap().iter().find(|circuit| circuit["name"] == name).unwrap()
}

#[tokio::test]
async fn it_is_a_page_for_people_and_data_for_programs() {
    let router: Router = Router::new().merge(page::circuits());
    let (status, html) = ask(&router, get("/circuits", "text/html,application/json")).await;
    assert!(status == StatusCode::OK && html.starts_with("<!doctype html>"), "{html}");
    // Nothing of it comes from elsewhere.
    assert!(!html.contains("//cdn") && !html.contains("src=\"http") && !html.contains("@import"));

    let breaker = registry().get_or_create("page-users", Config::builder().failure_threshold(1).build().unwrap());
    let _ = breaker.call(|| Err::<(), _>(()));
    let seen = view(&router).await;
    let users = find(&seen, "circuits", "page-users");
    assert_eq!(
        (&users["state"], &users["why"], &seen["control"]),
        (&json!("open"), &json!("failure threshold reached"), &json!(false))
    );
    assert!(users["open_since"].as_f64().is_some_and(|since| since <= seen["now"].as_f64().unwrap()));
    let change = find(&seen, "recent", "page-users");
    assert_eq!((&change["from"], &change["to"]), (&json!("closed"), &json!("open")));
}

#[tokio::test]
async fn fault_42_a_circuit_that_slow_calls_opened_says_so_and_who_was_answered() {
    let clock = ManualClock::new();
    let slow = Config::builder().slow_call_duration(Duration::from_secs(1)).slow_call_rate(0.5).min_calls(4);
    let breaker = registry().get_or_create("page-slow", slow.build().unwrap());
    breaker.set_clock(clock.clone());
    clock.advance(Duration::from_secs(100));
    for _ in 0..4 {
        let permit = breaker.try_acquire().unwrap();
        clock.advance(Duration::from_secs(2));
        permit.success();
    }
    assert_eq!(breaker.state(), State::Open);
    let seen = view(&Router::new().merge(page::circuits())).await;
    let card = find(&seen, "circuits", "page-slow");
    let [good, failed, slow, rate] = ["successes", "failures", "slow", "slow_call_rate"].map(|figure| &card[figure]);
    assert_eq!((good, failed, slow, rate), (&json!(4), &json!(0), &json!(4), &json!(1.0)), "{card}");
    assert_eq!((&card["why"], &card["open_since"]), (&json!("slow call rate reached"), &json!(108.0)), "{card}");
    assert!(
        ["fallbacks", "fallback_failures", "cached", "rejected"].iter().all(|figure| card[figure].is_u64()),
        "{card}"
    );
    let health = breaker.health();
    assert_eq!((health.opened_by, health.open_since), (Some(Reason::SlowCallRate), breaker.snapshot().open_since));
}

#[tokio::test]
async fn it_is_to_look_at_only_unless_control_is_asked_for() {
    let breaker = registry().get_or_create("page-control", Config::default());
    let force = |kind| order("/circuits/control", kind, &json!({ "name": "page-control", "command": "force_open" }));

    let read_only: Router = Router::new().merge(page::circuits());
    assert_eq!(ask(&read_only, force("application/json")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(breaker.state(), State::Closed);

    let controlled: Router = Router::new().merge(page::circuits().with_control());
    // What a form of another site can send.
    assert_eq!(ask(&controlled, force("text/plain")).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(ask(&controlled, force("application/json")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(breaker.state(), State::ForcedOpen);
    let reset = |name| order("/circuits/control", "application/json", &json!({ "name": name, "command": "reset" }));
    assert_eq!(ask(&controlled, reset("page-nobody")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&controlled, reset("page-control")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(breaker.state(), State::Closed);
}

#[tokio::test]
async fn keys_stand_under_their_family_the_worst_first() {
    let family = registry().get_or_create_family("page-hosts", Config::default(), 100);
    for host in 0..50 {
        let _ = family.get(host).call(|| Ok::<_, ()>(()));
    }
    family.get(33).trip();
    let router: Router = Router::new().merge(page::circuits().with_control());
    let seen = view(&router).await;
    let hosts = find(&seen, "families", "page-hosts");
    assert_eq!((&hosts["keys"], &hosts["max_keys"], &hosts["state"]), (&json!(50), &json!(100), &json!("open")));
    assert_eq!(
        (&hosts["states"]["closed"], &hosts["states"]["open"], &hosts["successes"]),
        (&json!(49), &json!(1), &json!(50))
    );
    assert_eq!((&hosts["worst"][0]["key"], hosts["worst"].as_array().unwrap().len()), (&json!("33"), 20));

    let key = json!({ "name": "page-hosts[33]", "command": "reset" });
    assert_eq!(ask(&router, order("/circuits/control", "application/json", &key)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(family.get(33).state(), State::Closed);
    let all = json!({ "name": "page-hosts", "command": "force_open" });
    assert_eq!(ask(&router, order("/circuits/control", "application/json", &all)).await.0, StatusCode::NO_CONTENT);
    assert!(family.iter().all(|(_, breaker)| breaker.state() == State::ForcedOpen));
}

#[tokio::test]
async fn breakers_of_ones_own_are_shown_and_those_of_one_name_obey_together() {
    let [one, other] = [(); 2].map(|()| Arc::new(CircuitBreaker::new("page-registered", Config::default())));
    registry().register(Arc::clone(&one));
    registry().register(Arc::clone(&other));
    let router: Router = Router::new().merge(page::circuits().with_control());
    let seen = view(&router).await;
    let named = seen["circuits"].as_array().unwrap().iter().filter(|circuit| circuit["name"] == "page-registered");
    assert_eq!(named.count(), 2);
    let force = json!({ "name": "page-registered", "command": "force_open" });
    assert_eq!(ask(&router, order("/circuits/control", "application/json", &force)).await.0, StatusCode::NO_CONTENT);
    assert_eq!((one.state(), other.state()), (State::ForcedOpen, State::ForcedOpen));
}

#[tokio::test]
async fn it_can_stand_at_another_path() {
    for path in ["/ops/circuits", "ops/circuits/", "/ops/{circuits}"] {
        let router: Router = Router::new().merge(page::circuits().at(path));
        assert_eq!(ask(&router, get("/ops/circuits", "text/html")).await.0, StatusCode::OK, "{path}");
    }
    let root: Router = Router::new().merge(page::circuits().at("/"));
    assert_eq!(ask(&root, get("/", "text/html")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn events_come_at_once_and_at_each_change() {
    let router: Router = Router::new().merge(page::circuits());
    let answer = router.oneshot(get("/circuits/events", "text/event-stream")).await.unwrap();
    let mut body = answer.into_body().into_data_stream();
    let mut next = async || {
        let event = timeout(Duration::from_secs(10), body.next()).await.unwrap().unwrap().unwrap();
        let text = String::from_utf8(event.to_vec()).unwrap();
        serde_json::from_str::<Value>(text.trim().strip_prefix("data: ").unwrap()).unwrap()
    };
    assert!(next().await["now"].is_number());
    registry().get_or_create("page-events", Config::default()).trip();
    while !next().await["recent"].as_array().unwrap().iter().any(|change| change["name"] == "page-events") {}
}

fn fleet<'a>(view: &'a Value, node: &str) -> Option<&'a Value> {
    view["fleets"].as_array()?.iter().find(|fleet| fleet["node"] == node)
}

async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if is().await {
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came true: {what}");
}

#[tokio::test]
async fn a_fleet_is_shown_and_one_order_reaches_all_nodes() {
    let breaker = registry().get_or_create("page-fleet", Config::default());
    let family = registry().get_or_create_family("page-fleet-hosts", Config::default(), 10);
    family.get("a.example");
    let engine = MemoryEngine::new();
    let start = |node: &str| {
        let fleet = Fleet::with_engine(engine.clone()).namespace("shop").node(node);
        fleet.share(["page-fleet", "page-not-here"]).share_keys("page-fleet-hosts").start().unwrap()
    };
    let router: Router = Router::new().merge(page::circuits().with_control());
    assert_eq!(fleet(&view(&router).await, "page-1"), None);
    let one = start("page-1");
    until("connected", async || one.status() == FleetStatus::Connected).await;
    until("both are shared", async || {
        fleet(&view(&router).await, "page-1").is_some_and(|fleet| fleet["circuits"].as_array().unwrap().len() == 2)
    })
    .await;
    let seen = view(&router).await;
    let shown = fleet(&seen, "page-1").unwrap();
    assert_eq!(
        (&shown["namespace"], &shown["status"], &shown["shared"]),
        (&json!("shop"), &json!("connected"), &json!(2))
    );

    let post =
        async |router: &Router, body: Value| ask(router, order("/circuits/fleet", "application/json", &body)).await;
    let force = |name: &str, more: Value| {
        let mut body = json!({ "fleet": "shop", "name": name, "command": "force_open" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let read_only: Router = Router::new().merge(page::circuits());
    assert_eq!(post(&read_only, force("page-fleet", json!({}))).await.0, StatusCode::NOT_FOUND);
    let plain = order("/circuits/fleet", "text/plain", &force("page-fleet", json!({})));
    assert_eq!(ask(&router, plain).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for (wrong, status) in [
        (force("page-nobody", json!({})), StatusCode::NOT_FOUND),
        (force("page-fleet", json!({ "fleet": "another" })), StatusCode::NOT_FOUND),
        (force("page-fleet", json!({ "lasting": -1 })), StatusCode::UNPROCESSABLE_ENTITY),
        (force("page-fleet", json!({ "command": "explode" })), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(post(&router, wrong.clone()).await.0, status, "{wrong}");
    }
    assert_eq!(breaker.state(), State::Closed);

    let by = json!({ "by": "ann", "because": "INC-4711", "lasting": 3600 });
    assert_eq!(post(&router, force("page-fleet", by)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(breaker.state(), State::ForcedOpen, "here it holds before the answer");
    let overridden =
        |seen: &Value, name: &str| find(fleet(seen, "page-1").unwrap(), "circuits", name)["overridden"].clone();
    until("it is shown", async || !overridden(&view(&router).await, "page-fleet").is_null()).await;
    let set = overridden(&view(&router).await, "page-fleet");
    assert_eq!((&set["mode"], &set["by"], &set["because"]), (&json!("forced_open"), &json!("ann"), &json!("INC-4711")));
    assert!(set["until"].as_f64().unwrap() - set["since"].as_f64().unwrap() == 3600.0, "{set}");
    // One key of a family, and nobody says who.
    let key = "page-fleet-hosts[a.example]";
    assert_eq!(post(&router, force(key, json!({}))).await.0, StatusCode::NO_CONTENT);
    until("it is shown", async || overridden(&view(&router).await, key)["by"] == "the page of page-1").await;

    for name in ["page-fleet", key] {
        let reset = json!({ "fleet": "shop", "name": name, "command": "reset" });
        assert_eq!(post(&router, reset).await.0, StatusCode::NO_CONTENT);
    }
    assert_eq!((breaker.state(), family.get("a.example").state()), (State::Closed, State::Closed));

    engine.set_down(true);
    until("degraded", async || fleet(&view(&router).await, "page-1").unwrap()["status"] == "degraded").await;
    let (status, why) = post(&router, force("page-fleet", json!({}))).await;
    assert_eq!((status, &why[..]), (StatusCode::SERVICE_UNAVAILABLE, "the fleet is not connected to its engine"));
    drop(one);
    assert_eq!(fleet(&view(&router).await, "page-1"), None);
}
