//! Calls that last until the body of the answer ends.

use std::{
    collections::VecDeque,
    future::{Ready, ready},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ::http::{HeaderMap, Request, Response};
use breaker_runtime::{
    CircuitBreaker, OnCancel, State,
    integration::{
        http,
        tower::{CircuitBreakerLayer, GuardedBody},
    },
};
use http_body::{Body, Frame, SizeHint};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{Layer, service_fn};
use tower_test::mock::Spawn;

use crate::support::{WAIT, breaker, counts, small};

/// What a body does next.
#[derive(Clone, Copy)]
enum Step {
    Data,
    Trailers,
    Break,
    Wait,
    Panic,
    End,
}

use Step::{Break, Data, End, Panic, Trailers, Wait};

type NextFrame = Result<Frame<&'static [u8]>, &'static str>;

/// A body that goes by a script. Of known length, it says that it is over as soon as it is.
struct Script {
    steps: VecDeque<Step>,
    known_length: bool,
}

impl Body for Script {
    type Data = &'static [u8];
    type Error = &'static str;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<NextFrame>> {
        Poll::Ready(match self.steps.pop_front() {
            Some(Data) => Some(Ok(Frame::data(b"x"))),
            Some(Trailers) => Some(Ok(Frame::trailers(HeaderMap::new()))),
            Some(Break) => Some(Err("reset")),
            Some(Wait) => return Poll::Pending,
            Some(Panic) => resume_unwind(Box::new("fell over")),
            Some(End) | None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.known_length && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(7)
    }
}

/// The answer to one request, with this status and body.
fn answer(breaker: &Arc<CircuitBreaker>, status: u16, steps: &[Step], known_length: bool) -> GuardedBody<Script> {
    let steps: VecDeque<_> = steps.iter().copied().collect();
    let get = move |_: Request<()>| -> Ready<Result<_, std::io::Error>> {
        let body = Script { steps: steps.clone(), known_length };
        ready(Ok(Response::builder().status(status).body(body).unwrap()))
    };
    let layer = CircuitBreakerLayer::new(breaker).verdict(http::verdict).whole_body();
    let mut service = Spawn::new(layer.layer(service_fn(get)));
    assert_ready_ok!(service.poll_ready());
    assert_ready_ok!(task::spawn(service.call(Request::new(()))).poll()).into_body()
}

fn next(body: &mut GuardedBody<Script>) -> Poll<Option<NextFrame>> {
    task::spawn(()).enter(|context, _| Pin::new(body).poll_frame(context))
}

#[test]
fn a_call_lasts_until_its_body_ends() {
    let (breaker, _) = breaker(small());
    let mut body = answer(&breaker, 200, &[Data, Wait, Data, End], false);
    assert!(assert_ready!(next(&mut body)).is_some());
    assert_pending!(next(&mut body));
    assert!(assert_ready!(next(&mut body)).is_some());
    assert_eq!(counts(&breaker), [0; 5]);
    assert!(assert_ready!(next(&mut body)).is_none());
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
    drop(body);
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
}

#[test]
fn trap_a_body_that_breaks_is_a_failure() {
    let (breaker, _) = breaker(small());
    for _ in 0..2 {
        let mut body = answer(&breaker, 200, &[Data, Break], false);
        assert!(assert_ready!(next(&mut body)).is_some_and(|frame| frame.is_ok()));
        assert_eq!(assert_ready!(next(&mut body)).unwrap().unwrap_err(), "reset");
    }
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [0, 2, 0, 0, 0]));
}

#[test]
fn trap_a_body_that_is_dropped_is_a_cancelled_call() {
    let (breaker, _) = breaker(small());
    drop(answer(&breaker, 200, &[Data, End], false));
    let mut body = answer(&breaker, 200, &[Data, Data, End], false);
    assert!(assert_ready!(next(&mut body)).is_some());
    drop(body);
    assert_eq!(counts(&breaker), [0, 0, 0, 2, 0]);
}

#[test]
fn a_dropped_body_is_what_the_settings_say() {
    let (breaker, _) = breaker(small().on_cancel(OnCancel::Failure));
    drop(answer(&breaker, 200, &[Data, End], false));
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
}

#[test]
fn trap_an_empty_body_ends_with_its_head() {
    // As of a 204, of a HEAD, and of `Content-Length: 0`: nobody reads it.
    let (breaker, _) = breaker(small());
    let body = answer(&breaker, 204, &[], true);
    assert!(body.is_end_stream());
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
    drop(body);
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
}

#[test]
fn trap_a_body_of_known_length_ends_with_its_last_byte() {
    let (breaker, _) = breaker(small());
    let mut body = answer(&breaker, 200, &[Data, Data], true);
    assert!(assert_ready!(next(&mut body)).is_some());
    assert_eq!(counts(&breaker), [0; 5]);
    assert!(assert_ready!(next(&mut body)).is_some());
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]); // a reader that knows the length asks no more
}

#[test]
fn trailers_are_part_of_it() {
    let (breaker, _) = breaker(small());
    let mut body = answer(&breaker, 200, &[Data, Trailers, End], false);
    for frames in 1..=2 {
        assert!(assert_ready!(next(&mut body)).is_some(), "{frames}");
        assert_eq!(counts(&breaker), [0; 5]);
    }
    assert!(assert_ready!(next(&mut body)).is_none());
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
    assert_eq!(body.size_hint().exact(), Some(7));
}

#[test]
fn trap_a_head_that_is_no_success_is_settled_at_once() {
    let (breaker, _) = breaker(small());
    let mut body = answer(&breaker, 500, &[Data, End], false);
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
    assert!(assert_ready!(next(&mut body)).is_some());
    assert!(assert_ready!(next(&mut body)).is_none());
    drop(answer(&breaker, 503, &[Data, Break], false));
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [0, 2, 0, 0, 0]));
}

#[test]
fn trap_a_probe_is_settled_by_its_head() {
    let (breaker, clock) = breaker(small().half_open_max_calls(3).success_threshold(3));
    breaker.trip();
    clock.advance(WAIT);
    // Three healthy streams that go on and on.
    let streams = [(); 3].map(|()| answer(&breaker, 200, &[Data, Wait], false));
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [3, 0, 0, 0, 0]));
    drop(streams);
    assert_eq!(counts(&breaker), [3, 0, 0, 0, 0]);
}

#[test]
fn trap_slow_is_the_time_to_the_head() {
    let (breaker, clock) = breaker(small().slow_call_duration(Duration::from_secs(1)).min_calls(1));
    let mut body = answer(&breaker, 200, &[Wait, End], false);
    clock.advance(Duration::from_secs(60)); // a long download, not a slow service
    assert_pending!(next(&mut body));
    assert!(assert_ready!(next(&mut body)).is_none());
    let seen = breaker.snapshot();
    assert_eq!((seen.slow, seen.successes, seen.state), (0, 1, State::Closed));
}

#[test]
fn a_head_that_comes_late_is_slow_whatever_the_body_does() {
    let (breaker, clock) = breaker(small().slow_call_duration(Duration::from_secs(1)).min_calls(1));
    let late = clock.clone();
    let get = move |_: Request<()>| {
        late.advance(Duration::from_secs(2));
        ready(Ok::<_, std::io::Error>(Response::new(Script { steps: [Data, End].into(), known_length: false })))
    };
    let layer = CircuitBreakerLayer::new(&breaker).whole_body();
    let mut service = Spawn::new(layer.layer(service_fn(get)));
    assert_ready_ok!(service.poll_ready());
    let mut body = assert_ready_ok!(task::spawn(service.call(Request::new(()))).poll()).into_body();
    while assert_ready!(next(&mut body)).is_some() {}
    let seen = breaker.snapshot();
    assert_eq!((seen.slow, seen.successes, seen.state), (1, 1, State::Open));
}

#[test]
fn trap_a_panic_of_the_body_is_a_failure() {
    let (breaker, _) = breaker(small());
    let mut body = answer(&breaker, 200, &[Data, Panic], false);
    assert!(assert_ready!(next(&mut body)).is_some());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(next(&mut body)))).is_err());
    drop(body);
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
}

#[test]
fn a_body_from_before_the_outage_changes_nothing() {
    let (breaker, clock) = breaker(small());
    let mut old = answer(&breaker, 200, &[Break], false);
    breaker.trip();
    clock.advance(WAIT);
    let probe = breaker.try_acquire().unwrap();
    assert!(assert_ready!(next(&mut old)).is_some_and(|frame| frame.is_err()));
    assert_eq!(breaker.state(), State::HalfOpen);
    probe.success();
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [1, 1, 0, 0, 0]));
}
