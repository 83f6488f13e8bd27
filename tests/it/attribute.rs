//! The attribute's options, at work in annotated functions.

use std::{io, sync::LazyLock, time::Duration};

use breaker_runtime::{
    CallError, CircuitBreaker, CircuitOpen, Config, Conflict, Outcome, State, Verdict, circuit_breaker, registry,
    testing::ManualClock,
};

use crate::support::WAIT;

fn down() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

fn is_rejection(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<CircuitOpen>())
}

#[test]
fn an_annotated_function_walks_through_all_states() {
    #[circuit_breaker(
        name = "walk",
        failure_threshold = 2,
        recovery_timeout = "30s",
        half_open_max_calls = 2,
        success_threshold = 2,
        probe_timeout = "5s",
        handle = walk_breaker
    )]
    fn walk(up: bool) -> io::Result<u8> {
        if up { Ok(1) } else { Err(down()) }
    }
    let config = walk_breaker().config();
    assert_eq!((config.probe_timeout(), config.recovery_timeout()), (Duration::from_secs(5), WAIT));
    let clock = ManualClock::new();
    walk_breaker().set_clock(clock.clone());
    assert!(!is_rejection(&walk(false).unwrap_err()));
    assert!(!is_rejection(&walk(false).unwrap_err()));
    assert_eq!(walk_breaker().state(), State::Open);
    assert!(is_rejection(&walk(true).unwrap_err()));
    clock.advance(WAIT);
    assert_eq!(walk(true).unwrap(), 1);
    assert_eq!(walk_breaker().state(), State::HalfOpen);
    assert_eq!(walk(true).unwrap(), 1);
    assert_eq!(walk_breaker().state(), State::Closed);
    assert!(std::ptr::eq(registry().get("walk").unwrap(), walk_breaker()));
}

#[tokio::test]
async fn defect_33_an_async_function_is_guarded() {
    #[circuit_breaker(failure_threshold = 3, handle = guarded)]
    async fn fetch(calls: &std::cell::Cell<u32>) -> io::Result<()> {
        calls.set(calls.get() + 1);
        std::future::ready(()).await;
        Err(down())
    }
    let calls = std::cell::Cell::new(0);
    for _ in 0..50 {
        assert!(fetch(&calls).await.is_err());
    }
    assert_eq!((calls.get(), guarded().snapshot().rejected), (3, 47));
}

#[test]
fn defect_35_question_mark_return_panic_and_tail_are_each_counted_once() {
    #[circuit_breaker(failure_threshold = 100, handle = ways_breaker)]
    fn ways(way: u8) -> io::Result<u8> {
        let text = match way {
            0 => "1",
            1 => return Err(down()),
            2 => return Ok(2),
            3 => panic!("body"),
            _ => "no number",
        };
        let number: u8 = text.parse().map_err(io::Error::other)?;
        Ok(number)
    }
    let _ = std::panic::catch_unwind(|| ways(3));
    let _ = (ways(0), ways(1), ways(2), ways(4));
    let seen = ways_breaker().snapshot();
    assert_eq!((seen.successes, seen.failures, seen.ignored, seen.cancelled), (2, 3, 0, 0));
}

#[tokio::test]
async fn defect_40_the_future_is_send_and_a_dropped_one_is_cancelled() {
    #[circuit_breaker(handle = hanging)]
    async fn hang(_owned: String) -> io::Result<()> {
        std::future::pending().await
    }
    let task = tokio::spawn(hang("owned".into()));
    while hanging().snapshot().cancelled == 0 {
        tokio::task::yield_now().await;
        task.abort();
    }
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(hanging().snapshot().cancelled, 1);
}

#[test]
fn a_fallback_answers_rejected_and_failed_calls_but_no_ignored_ones() {
    fn cached(id: u32, _up: Option<bool>) -> io::Result<String> {
        Ok(format!("cached {id}"))
    }
    #[circuit_breaker(
        failure_threshold = 1,
        fallback = cached,
        ignore_if = |error| error.kind() == io::ErrorKind::NotFound,
        handle = user_breaker
    )]
    fn user(id: u32, up: Option<bool>) -> io::Result<String> {
        match up {
            Some(true) => Ok(format!("live {id}")),
            Some(false) => Err(down()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
    assert_eq!(user(1, Some(true)).unwrap(), "live 1");
    assert_eq!(user(2, None).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(user(3, Some(false)).unwrap(), "cached 3");
    assert_eq!(user(4, Some(true)).unwrap(), "cached 4");
    let seen = user_breaker().snapshot();
    assert_eq!((seen.successes, seen.ignored, seen.failures, seen.rejected, seen.fallbacks), (1, 1, 1, 1, 2));
}

#[tokio::test]
async fn fallbacks_of_async_functions_may_be_sync_async_or_closures_that_await() {
    fn sync(n: u32) -> io::Result<u32> {
        Ok(n + 10)
    }
    async fn later(n: u32) -> io::Result<u32> {
        std::future::ready(Ok(n + 20)).await
    }
    #[circuit_breaker(fallback = sync)]
    async fn one(n: u32) -> io::Result<u32> {
        Err(io::Error::other(n.to_string()))
    }
    #[circuit_breaker(fallback = later)]
    async fn two(n: u32) -> io::Result<u32> {
        Err(io::Error::other(n.to_string()))
    }
    #[circuit_breaker(failure_threshold = 1, fallback = |error| match error {
        CallError::Failed(error) => Ok(error.to_string().parse::<u32>().unwrap() + later(n).await?),
        CallError::Open(open) => Err(open.into()),
    })]
    async fn three(n: u32) -> io::Result<u32> {
        Err(io::Error::other(n.to_string()))
    }
    assert_eq!((one(1).await.unwrap(), two(1).await.unwrap(), three(1).await.unwrap()), (11, 21, 22));
    assert!(is_rejection(&three(1).await.unwrap_err()));
}

#[test]
fn fallback_on_rejected_leaves_failures_alone() {
    #[circuit_breaker(failure_threshold = 1, fallback = |_| Ok(0), fallback_on = rejected)]
    fn get() -> io::Result<u32> {
        Err(down())
    }
    assert!(get().is_err());
    assert_eq!(get().unwrap(), 0);
}

#[test]
fn clone_saves_what_the_body_consumes() {
    fn keep(text: String) -> io::Result<String> {
        Ok(text)
    }
    #[circuit_breaker(fallback = keep, clone(text))]
    fn send(text: String) -> io::Result<String> {
        drop(text);
        Err(down())
    }
    #[circuit_breaker(fallback = |_| Ok(text.len()), clone(text))]
    fn length(text: String) -> io::Result<usize> {
        drop(text);
        Err(down())
    }
    assert_eq!(send("kept".into()).unwrap(), "kept");
    assert_eq!(length("kept".into()).unwrap(), 4);
}

#[test]
fn failure_if_judges_the_whole_value() {
    #[circuit_breaker(failure_threshold = 2, failure_if = Option::is_none, fallback = |error| error.into_failed().flatten(), handle = found)]
    fn find(n: Option<u32>) -> Option<u32> {
        n
    }
    let _ = (find(None), find(Some(1)), find(None), find(None));
    assert_eq!((found().state(), found().snapshot().failures), (State::Open, 3));
    assert_eq!(find(Some(1)), None);
}

#[test]
fn an_ok_that_failed_has_no_error_for_a_closure_and_a_path_is_asked() {
    fn instead(_: u16) -> io::Result<u16> {
        Ok(0)
    }
    #[circuit_breaker(failure_if = |reply| !matches!(reply, Ok(..500)), fallback = |_| Ok(0), handle = closures)]
    fn by_closure(status: u16) -> io::Result<u16> {
        Ok(status)
    }
    #[circuit_breaker(failure_if = |reply| !matches!(reply, Ok(..500)), fallback = instead, handle = paths)]
    fn by_path(status: u16) -> io::Result<u16> {
        Ok(status)
    }
    assert_eq!((by_closure(500).unwrap(), by_path(500).unwrap()), (500, 0));
    let (closures, paths) = (closures().snapshot(), paths().snapshot());
    assert_eq!((closures.failures, closures.fallbacks), (1, 0));
    assert_eq!((paths.failures, paths.fallbacks), (1, 1));
}

#[test]
fn instances_of_a_type_share_the_breaker_of_a_method_unless_a_key_tells_them_apart() {
    struct Client {
        host: &'static str,
    }
    impl Client {
        fn ask(&self) -> io::Result<()> {
            if self.host == "down" { Err(down()) } else { Ok(()) }
        }

        #[circuit_breaker(failure_threshold = 1)]
        fn shared(&self) -> io::Result<()> {
            self.ask()
        }

        #[circuit_breaker(failure_threshold = 1, key = self.host)]
        fn own(&self) -> io::Result<()> {
            self.ask()
        }
    }
    let (bad, good) = (Client { host: "down" }, Client { host: "up" });
    assert!(bad.shared().is_err() && bad.own().is_err());
    assert!(is_rejection(&good.shared().unwrap_err()));
    assert!(good.own().is_ok());
}

#[derive(Debug, PartialEq)]
enum Reply {
    Good,
    NotMine,
    Bad,
}

impl Outcome for Reply {
    fn verdict(&self) -> Verdict {
        match self {
            Reply::Good => Verdict::Success,
            Reply::NotMine => Verdict::Ignored,
            Reply::Bad => Verdict::Failure,
        }
    }
}

#[test]
fn a_type_of_the_users_own_judges_itself() {
    #[circuit_breaker(fallback = |_| Reply::NotMine, fallback_on = rejected, failure_threshold = 1, handle = replies)]
    fn reply(value: Reply) -> Reply {
        value
    }
    assert_eq!(
        (reply(Reply::Good), reply(Reply::NotMine), reply(Reply::Bad)),
        (Reply::Good, Reply::NotMine, Reply::Bad)
    );
    let seen = replies().snapshot();
    assert_eq!((seen.successes, seen.ignored, seen.failures), (1, 1, 1));
    assert_eq!(reply(Reply::Good), Reply::NotMine);
}

static SHARED: LazyLock<CircuitBreaker> =
    LazyLock::new(|| CircuitBreaker::new("own", Config::builder().failure_threshold(1).build().unwrap()));

#[test]
fn a_breaker_of_the_users_own_guards_several_functions() {
    #[circuit_breaker(breaker = SHARED)]
    fn write() -> io::Result<()> {
        Err(down())
    }
    #[circuit_breaker(breaker = SHARED)]
    fn read() -> io::Result<()> {
        Ok(())
    }
    assert!(!is_rejection(&write().unwrap_err()));
    assert!(is_rejection(&read().unwrap_err()));
}

struct Client {
    base: u32,
}

impl Client {
    #[circuit_breaker(failure_threshold = 1, fallback = Self::cached, handle = Self::breaker)]
    async fn load(&mut self, n: u32) -> io::Result<u32> {
        self.base += n;
        Err(down())
    }

    #[circuit_breaker(failure_threshold = 1, fallback = |_| Ok(self.base))]
    fn peek(&self) -> io::Result<u32> {
        Err(down())
    }

    #[circuit_breaker(failure_threshold = 1, fallback = Self::noted)]
    async fn note(&mut self, log: &mut Vec<u32>) -> io::Result<u32> {
        log.push(1);
        std::future::ready(()).await;
        Err(down())
    }

    fn noted(&mut self, log: &mut Vec<u32>) -> io::Result<u32> {
        log.push(self.base);
        Ok(0)
    }

    fn cached(&mut self, n: u32) -> io::Result<u32> {
        Ok(self.base * 100 + n)
    }
}

#[tokio::test]
async fn methods_hand_the_receiver_to_their_fallback() {
    let mut client = Client { base: 1 };
    Client::breaker().trip();
    assert_eq!(client.load(2).await.unwrap(), 102);
    let mut log = Vec::new();
    assert_eq!((client.note(&mut log).await.unwrap(), log), (0, vec![1, 1]), "what the body only borrows is left");
    assert_eq!((client.peek().unwrap(), client.peek().unwrap()), (1, 1));
}

mod a {
    #[breaker_runtime::circuit_breaker(failure_threshold = 1, handle = breaker)]
    pub(crate) fn fetch() -> std::io::Result<()> {
        Err(super::down())
    }
}

mod b {
    #[breaker_runtime::circuit_breaker(failure_threshold = 1, handle = breaker)]
    pub(crate) fn fetch() -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn defect_39_default_names_do_not_collide() {
    macro_rules! two_on_one_line {
        ($($name:ident),*) => { $( mod $name {
            pub(crate) fn inner() -> &'static breaker_runtime::CircuitBreaker {
                #[breaker_runtime::circuit_breaker(handle = same)]
                fn same_place() -> std::io::Result<()> { Ok(()) }
                let _ = same_place();
                same()
            }
        } )* };
    }
    two_on_one_line!(first, second);
    let _ = a::fetch();
    assert!(a::fetch().is_err());
    b::fetch().unwrap();
    assert_eq!((a::breaker().name(), b::breaker().name()), ("it::attribute::a::fetch", "it::attribute::b::fetch"));
    assert!(!std::ptr::eq(first::inner(), second::inner()));
}

#[test]
fn one_place_shares_a_breaker_among_its_instantiations_and_equal_labels_are_numbered() {
    fn one() -> &'static CircuitBreaker {
        #[circuit_breaker(handle = place)]
        fn twin<T>(_: T) -> io::Result<()> {
            Ok(())
        }
        let _ = (twin(1), twin("text"));
        place()
    }
    fn two() -> &'static CircuitBreaker {
        #[circuit_breaker(handle = place)]
        fn twin() -> io::Result<()> {
            Ok(())
        }
        let _ = twin();
        place()
    }
    let (one, two) = (one(), two());
    assert_eq!((one.snapshot().successes, two.snapshot().successes), (2, 1));
    let mut names = [one.name(), two.name()];
    names.sort_unstable();
    assert_eq!(names, ["it::attribute::twin", "it::attribute::twin#2"]);
}

#[test]
fn an_invalid_expression_is_reported_and_does_not_panic() {
    const NONE: u32 = 0;
    #[circuit_breaker(name = "invalid-expression", failure_threshold = NONE * 2, handle = invalid)]
    fn call() -> io::Result<()> {
        Ok(())
    }
    call().unwrap();
    assert_eq!(invalid().config(), Config::default());
    let reported = registry().conflicts().into_iter().any(|conflict| {
        matches!(conflict, Conflict::Invalid { name, error } if name == "invalid-expression" && error.option() == "failure_threshold")
    });
    assert!(reported);
}

#[test]
fn a_duration_may_be_an_expression_and_the_runtime_another_path() {
    use breaker_runtime as renamed;
    const MINUTES: Duration = Duration::from_secs(120);
    #[circuit_breaker(crate = renamed, recovery_timeout = MINUTES, handle = timed)]
    fn call() -> io::Result<()> {
        Ok(())
    }
    call().unwrap();
    assert_eq!(timed().config().recovery_timeout(), MINUTES);
}

#[test]
fn a_predicate_that_panics_counts_as_a_failure() {
    #[circuit_breaker(failure_if = |_| panic!("predicate"), handle = judged)]
    fn call() -> io::Result<()> {
        Ok(())
    }
    assert!(std::panic::catch_unwind(call).is_err());
    assert_eq!((judged().snapshot().failures, judged().snapshot().successes), (1, 0));
}

#[test]
fn defect_29_every_call_meets_the_same_breaker() {
    #[circuit_breaker(failure_threshold = 3)]
    fn call(ran: &mut u32) -> io::Result<()> {
        *ran += 1;
        Err(down())
    }
    let mut ran = 0;
    for _ in 0..10 {
        let _ = call(&mut ran);
    }
    assert_eq!(ran, 3);
}
