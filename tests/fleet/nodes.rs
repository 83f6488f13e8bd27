//! The processes of a fleet, as a test holds them.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use crate::node::{DOWN, NODE, QUORUM, URL};

/// A change of state in a process.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Microseconds of the time of day.
    pub(crate) at: u128,
    pub(crate) from: String,
    pub(crate) to: String,
}

pub(crate) struct Node {
    process: Child,
    input: ChildStdin,
    answers: Receiver<String>,
    changes: Arc<Mutex<Vec<Change>>>,
}

/// Processes that call one dependency.
pub(crate) struct Nodes {
    pub(crate) all: Vec<Node>,
    down: PathBuf,
    quorum: u32,
    environment: Vec<(String, String)>,
}

impl Nodes {
    /// So many, all of which are connected.
    pub(crate) fn start(number: usize, quorum: u32, url: &str) -> Self {
        let urls = vec![url.to_owned(); number];
        let nodes = Self::start_at(&urls, quorum);
        nodes.all_become("status", "connected");
        nodes
    }

    /// One for each address, connected or not.
    pub(crate) fn start_at(urls: &[String], quorum: u32) -> Self {
        Self::start_in(&[], urls, quorum)
    }

    /// The same, with these variables in the environment of each.
    pub(crate) fn start_in(environment: &[(&str, &str)], urls: &[String], quorum: u32) -> Self {
        let down = env::temp_dir().join(format!("breaker-fleet-{:016x}", fastrand::u64(..)));
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut nodes = Self { all: Vec::new(), down, quorum, environment };
        for (index, url) in urls.iter().enumerate() {
            nodes.add(&format!("n{index}"), url);
        }
        nodes
    }

    pub(crate) fn add(&mut self, name: &str, url: &str) {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "node::node", "--nocapture", "--test-threads", "1"]);
        command.env(NODE, name).env(URL, url).env(QUORUM, self.quorum.to_string()).env(DOWN, &self.down);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let (answer, answers) = channel();
        let changes = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&changes);
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { return };
                if let Some(rest) = line.strip_prefix("= ") {
                    let _ = answer.send(rest.to_owned());
                } else if let Some(rest) = line.strip_prefix("t ") {
                    let words: Vec<&str> = rest.split(' ').collect();
                    let (from, to) = (words[1].to_owned(), words[2].to_owned());
                    seen.lock().unwrap().push(Change { at: words[0].parse().unwrap(), from, to });
                }
            }
        });
        self.all.push(Node { process, input, answers, changes });
    }

    pub(crate) fn set_down(&self, down: bool) {
        if down {
            fs::write(&self.down, "").unwrap();
        } else {
            fs::remove_file(&self.down).unwrap();
        }
    }

    /// Waits until each answers so, or fails after 20 s.
    pub(crate) fn all_become(&self, command: &str, answer: &str) {
        for (index, _) in self.all.iter().enumerate() {
            self.becomes(index, command, answer);
        }
    }

    pub(crate) fn becomes(&self, index: usize, command: &str, answer: &str) {
        let mut last = String::new();
        eventually(&format!("node {index}: {command} is {answer}"), || {
            last = self.all[index].ask(command);
            last == answer
        });
    }

    /// Successes, failures and rejections of all.
    pub(crate) fn counts(&self) -> [u64; 3] {
        let mut sum = [0; 3];
        for node in &self.all {
            let counts = node.ask("counts");
            for (total, count) in sum.iter_mut().zip(counts.split(' ')) {
                *total += count.parse::<u64>().unwrap();
            }
        }
        sum
    }

    /// The longest call of any of them since it was asked last, without what the dependency took.
    pub(crate) fn longest_call(&self) -> Duration {
        let longest = self.all.iter().map(|node| node.ask("longest").parse().unwrap()).max().unwrap();
        Duration::from_micros(longest)
    }

    /// All changes of all, in order, since they were taken last.
    pub(crate) fn take_changes(&self) -> Vec<Change> {
        let mut all: Vec<Change> =
            self.all.iter().flat_map(|node| std::mem::take(&mut *node.changes.lock().unwrap())).collect();
        all.sort_by_key(|change| change.at);
        all
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.down);
    }
}

impl Node {
    pub(crate) fn ask(&self, command: &str) -> String {
        let mut input = &self.input;
        writeln!(input, "{command}").unwrap();
        self.answers.recv_timeout(Duration::from_secs(10)).unwrap_or_else(|_| panic!("no answer to {command}"))
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Fails if it has not come true within 20 s.
#[expect(clippy::disallowed_methods, reason = "other processes need real time")]
pub(crate) fn eventually(what: &str, mut is: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !is() {
        assert!(begin.elapsed() < Duration::from_secs(20), "it never came true: {what}");
        thread::sleep(Duration::from_millis(5));
    }
    begin.elapsed()
}

/// Microseconds between two changes, in milliseconds.
pub(crate) fn millis(from: &Change, to: &Change) -> f64 {
    (to.at - from.at) as f64 / 1000.0
}
