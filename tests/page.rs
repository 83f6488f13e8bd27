//! The routes of the page. How it looks and behaves is tested in a browser: `.ci/operations`.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use breaker_runtime::{CircuitBreaker, Config, State, integration::page, registry};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;
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
