//! The processes of the service, as the story sees them.

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
    time::Duration,
};

use crate::node::{DOWN, URL};

pub(crate) struct Processes {
    all: Vec<Process>,
    down: PathBuf,
}

struct Process {
    child: Child,
    input: Mutex<ChildStdin>,
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

impl Processes {
    pub(crate) fn start(number: usize, url: &str) -> Self {
        let down = env::temp_dir().join(format!("fleet-example-{}", std::process::id()));
        let all = (0..number).filter_map(|index| Process::start(index, url, &down)).collect();
        Self { all, down }
    }

    pub(crate) fn set_down(&self, down: bool) {
        // The processes will say whether it worked.
        let _ = if down { fs::write(&self.down, "") } else { fs::remove_file(&self.down) };
    }

    /// Waits until each has said so last.
    pub(crate) fn all_say(&self, what: &str) -> Result<(), String> {
        let says = |process: &Process| {
            let said = process.said.lock().map_or_else(
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
        self.all.iter().filter_map(|process| process.said.lock().ok().map(|said| count(&said))).sum()
    }

    /// Gives an order to one, which must carry it out.
    pub(crate) fn tell(&self, index: usize, order: &str) -> Result<u64, String> {
        let process = &self.all[index];
        let written = process.input.lock().is_ok_and(|mut input| writeln!(input, "{order}").is_ok());
        let answer = process.answers.recv_timeout(Duration::from_secs(5));
        match answer {
            Ok(answer) if written => answer.parse().map_err(|_| format!("{order}: {answer}")),
            _ => Err(format!("no answer to {order}")),
        }
    }

    /// Calls that were answered, by all.
    pub(crate) fn served(&self) -> Result<u64, String> {
        (0..self.all.len()).map(|index| self.tell(index, "served")).sum()
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for process in &mut self.all {
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
        let _ = fs::remove_file(&self.down);
    }
}

impl Process {
    fn start(index: usize, url: &str, down: &PathBuf) -> Option<Self> {
        let name = format!("api-{}", index + 1);
        let mut command = Command::new(env::current_exe().ok()?);
        command.arg(&name).env(URL, url).env(DOWN, down).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let (input, output) = (child.stdin.take()?, child.stdout.take()?);
        let (answer, answers) = channel();
        let said = Arc::new(Mutex::new(Said::default()));
        let listening = Arc::clone(&said);
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(rest) = line.strip_prefix("= ") {
                    let _ = answer.send(rest.to_owned());
                    continue;
                }
                println!("  {name}: {line}");
                if let Ok(mut said) = listening.lock() {
                    said.lines.push(line.clone());
                    let word = line.split(' ').next().unwrap_or_default();
                    let about =
                        if matches!(word, "connected" | "degraded") { &mut said.fleet } else { &mut said.circuit };
                    word.clone_into(about);
                }
            }
        });
        Some(Self { child, input: Mutex::new(input), answers, said })
    }
}
