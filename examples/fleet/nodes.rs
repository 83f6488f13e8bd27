//! The nodes of the service, as the story sees them.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use breaker_runtime::fleet::MemoryEngine;

use crate::{
    node::{DOWN, NAME, URL, run_as_thread},
    store::Store,
};

pub(crate) struct Nodes {
    all: Vec<Node>,
    down: PathBuf,
}

struct Node {
    /// `None` for a thread, which ends when nobody can give it orders.
    child: Option<Child>,
    orders: Sender<String>,
    answers: Receiver<String>,
    said: Arc<Mutex<Said>>,
}

#[derive(Default)]
struct Said {
    /// What it said last of its circuit, and of its fleet.
    circuit: String,
    fleet: String,
    /// All that it said.
    lines: Vec<String>,
}

impl Nodes {
    pub(crate) fn start(number: usize, store: &Store) -> Self {
        let down = env::temp_dir().join(format!("fleet-example-{}", std::process::id()));
        let start = |index| {
            let name = format!("api-{}", index + 1);
            match store {
                Store::Redis { port, .. } => Node::process(&name, &format!("redis://127.0.0.1:{port}"), &down),
                Store::Memory(engine) => Some(Node::thread(&name, engine.clone(), &down)),
            }
        };
        let all = (0..number).filter_map(start).collect();
        Self { all, down }
    }

    pub(crate) fn set_down(&self, down: bool) {
        // The nodes will say whether it worked.
        let _ = if down { fs::write(&self.down, "") } else { fs::remove_file(&self.down) };
    }

    /// Waits until each has said so last.
    pub(crate) fn all_say(&self, what: &str) -> Result<(), String> {
        let says = |node: &Node| {
            let said = node.said.lock().map_or_else(
                |_| String::new(),
                |said| {
                    let of_fleet = matches!(what, "connected" | "degraded");
                    if of_fleet { said.fleet.clone() } else { said.circuit.clone() }
                },
            );
            said == what || what == "closed" && said.is_empty()
        };
        for _ in 0..4_000 {
            if self.all.len() == 4 && self.all.iter().all(says) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(format!("not all are {what}"))
    }

    /// How often any of them said so.
    pub(crate) fn count(&self, line: &str) -> usize {
        let count = |said: &Said| said.lines.iter().filter(|said| *said == line).count();
        self.all.iter().filter_map(|node| node.said.lock().ok().map(|said| count(&said))).sum()
    }

    /// Gives an order to one, which must carry it out.
    pub(crate) fn tell(&self, index: usize, order: &str) -> Result<u64, String> {
        let node = &self.all[index];
        let told = node.orders.send(order.to_owned()).is_ok();
        match node.answers.recv_timeout(Duration::from_secs(5)) {
            Ok(answer) if told => answer.parse().map_err(|_| format!("{order}: {answer}")),
            _ => Err(format!("no answer to {order}")),
        }
    }

    /// Calls that were answered, by all.
    pub(crate) fn served(&self) -> Result<u64, String> {
        (0..self.all.len()).map(|index| self.tell(index, "served")).sum()
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for child in self.all.iter_mut().filter_map(|node| node.child.as_mut()) {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_file(&self.down);
    }
}

impl Node {
    fn process(name: &str, url: &str, down: &Path) -> Option<Self> {
        let mut command = Command::new(env::current_exe().ok()?);
        command.env(NAME, name).env(URL, url).env(DOWN, down).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let (mut input, output) = (child.stdin.take()?, child.stdout.take()?);
        let (node, orders, hear) = Self::new(name, Some(child));
        thread::spawn(move || orders.iter().all(|order| writeln!(input, "{order}").is_ok()));
        thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).for_each(|line| hear(&line)));
        Some(node)
    }

    fn thread(name: &str, engine: MemoryEngine, down: &Path) -> Self {
        let (node, orders, hear) = Self::new(name, None);
        let (name, down) = (name.to_owned(), down.to_owned());
        thread::spawn(move || run_as_thread(&name, engine, &down, &orders, hear));
        node
    }

    /// With its orders, and what is to be told of each line that it says.
    fn new(
        name: &str,
        child: Option<Child>,
    ) -> (Self, Receiver<String>, impl Fn(&str) + Send + Sync + 'static + use<>) {
        let ((order, orders), (answer, answers)) = (channel(), channel());
        let said = Arc::new(Mutex::new(Said::default()));
        let (listening, name) = (Arc::clone(&said), name.to_owned());
        let hear = move |line: &str| {
            if let Some(rest) = line.strip_prefix("= ") {
                let _ = answer.send(rest.to_owned());
                return;
            }
            println!("  {name}: {line}");
            if let Ok(mut said) = listening.lock() {
                said.lines.push(line.to_owned());
                let word = line.split(' ').next().unwrap_or_default();
                let about = if matches!(word, "connected" | "degraded") { &mut said.fleet } else { &mut said.circuit };
                word.clone_into(about);
            }
        };
        (Self { child, orders: order, answers, said }, orders, hear)
    }
}
