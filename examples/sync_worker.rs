//! Plain threads, a blocking call, a fallback, no async runtime: `cargo run --example sync_worker`.
//!
//! Four workers look prices up over TCP. The price server goes away and comes back; meanwhile they go on with the last
//! list. It ends by itself, and fails if a worker had to wait or a price was missing.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use breaker_runtime::{State, circuit_breaker};

// The worker: one attribute above a blocking call. The breaker is shared by all threads.

#[circuit_breaker(
    name = "prices",
    failure_threshold = 5,
    recovery_timeout = "200ms",
    half_open_max_calls = 1,
    fallback = list_price,
    handle = prices
)]
fn price(server: SocketAddr, item: u32) -> io::Result<u32> {
    let mut stream = TcpStream::connect_timeout(&server, Duration::from_millis(200))?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    writeln!(stream, "{item}")?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    answer.trim().parse().map_err(io::Error::other)
}

/// What is printed in the catalogue.
fn list_price(_: SocketAddr, item: u32) -> io::Result<u32> {
    Ok(item * 100)
}

// The server: doubles every price, unless it is down and hangs up.

fn serve(listener: TcpListener, up: Arc<AtomicBool>) {
    for stream in listener.incoming().flatten() {
        let mut request = String::new();
        let read = BufReader::new(&stream).read_line(&mut request);
        if let (true, Ok(_), Ok(item)) = (up.load(SeqCst), read, request.trim().parse::<u32>()) {
            // A worker that hung up does not want to know.
            let _ = writeln!(&stream, "{}", item * 200);
        }
    }
}

/// Four workers with fifty items each. Gives how many prices were live, and how many from the list.
fn work(server: SocketAddr) -> io::Result<(usize, usize)> {
    let prices: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| scope.spawn(move || (1..=50).map(|item| Ok((item, price(server, item)?))).collect()))
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, io::Result<Vec<_>>>| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a worker panicked")))
        };
        workers.into_iter().map(join).collect::<io::Result<Vec<_>>>()
    })?
    .concat();
    let live = prices.iter().filter(|(item, price)| *price == item * 200).count();
    Ok((live, prices.len() - live))
}

fn main() -> io::Result<ExitCode> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (server, up) = (listener.local_addr()?, Arc::new(AtomicBool::new(true)));
    let switch = Arc::clone(&up);
    thread::spawn(|| serve(listener, switch));

    let day = work(server)?;
    println!("The server is up:   {day:?} live and from the list, circuit {}", prices().state());

    up.store(false, SeqCst);
    let failures = prices().snapshot().failures;
    let night = work(server)?;
    let asked = prices().snapshot().failures - failures;
    println!("It is down:         {night:?} live and from the list, circuit {}", prices().state());
    println!("                    {asked} calls found that out, the others were not made");

    up.store(true, SeqCst);
    thread::sleep(Duration::from_millis(250));
    price(server, 1)?;
    let morning = work(server)?;
    println!("It is up again:     {morning:?} live and from the list, circuit {}", prices().state());

    // Up to three more calls were under way when the fifth one failed.
    let as_expected = day == (200, 0)
        && night == (0, 200)
        && (5..=8).contains(&asked)
        && morning == (200, 0)
        && prices().state() == State::Closed;
    if !as_expected {
        eprintln!("This is not what was expected.");
    }
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
