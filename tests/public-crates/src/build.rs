//! Cargo, on one crate of the scratch workspace.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use cargo_metadata::{
    Message,
    diagnostic::{Diagnostic, DiagnosticLevel},
};

use crate::{Result, catalogue::Entry, scratch::Scratch};

/// A test that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(300);

pub struct Cargo<'a> {
    pub scratch: &'a Scratch,
    pub entry: &'a Entry,
    pub jobs: u32,
    /// Whether the crate's tests are built and run.
    pub tests: bool,
    /// Whether lints that are off by default are compared too.
    pub pedantic: bool,
}

const PEDANTIC: [&str; 5] =
    ["-Wclippy::pedantic", "-Wmissing_docs", "-Wunreachable_pub", "-Wunused_qualifications", "-Wrust_2018_idioms"];

/// What `cargo clippy` puts between arguments for the compiler.
const SEPARATOR: &str = "__CLIPPY_HACKERY__";

/// Tests that try random values run the functions often enough like this.
const FEWER_TRIES: [(&str, &str); 2] = [("QUICKCHECK_TESTS", "10"), ("PROPTEST_CASES", "25")];

pub struct Built {
    pub success: bool,
    pub diagnostics: Vec<Diagnostic>,
    /// What cargo says beside the compiler's messages.
    pub stderr: String,
}

/// `ok`, `FAILED` or `ignored` by target and name.
pub type Tests = BTreeMap<(String, String), String>;

impl Cargo<'_> {
    pub fn folder(&self) -> PathBuf {
        self.scratch.root.join(&self.entry.name)
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new("cargo");
        command
            .arg(subcommand)
            .arg("--manifest-path")
            .arg(self.folder().join("Cargo.toml"))
            .args(&self.entry.targets)
            .args(["--jobs", &self.jobs.to_string()])
            .env("CARGO_TARGET_DIR", &self.scratch.target)
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            // Clippy compiles as rustc does, and says more: one build has the warnings and the tests.
            .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
            .env("CLIPPY_ARGS", if self.pedantic { PEDANTIC.join(SEPARATOR) } else { String::new() })
            // A lint that a crate denies is compared as a warning, like the others.
            .env("RUSTFLAGS", "--cap-lints=warn")
            .env_remove("RUST_BACKTRACE")
            .envs(FEWER_TRIES)
            .current_dir(&self.scratch.root);
        if !self.entry.features.is_empty() {
            command.args(["--features", &self.entry.features.join(",")]);
        }
        command
    }

    /// Builds what is compared: the tests, or without them what is checked only.
    pub fn build(&self) -> Result<Built> {
        let mut command = self.command(if self.tests { "build" } else { "check" });
        self.messages(command.args(["--keep-going", "--message-format=json"]))
    }

    fn messages(&self, command: &mut Command) -> Result<Built> {
        let log = self.scratch.target.join("stderr");
        std::fs::create_dir_all(&self.scratch.target)?;
        let mut child = command.stdout(Stdio::piped()).stderr(File::create(&log)?).spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let folder = self.folder();
        let mut diagnostics = Vec::new();
        for message in Message::parse_stream(BufReader::new(stdout)) {
            if let Message::CompilerMessage(message) = message? {
                // The published crate of the same name may be among the dependencies.
                if message.target.src_path.starts_with(&folder) {
                    diagnostics.push(message.message);
                } else if message.message.level == DiagnosticLevel::Error {
                    eprint!("{}", message.message.rendered.unwrap_or_default());
                }
            }
        }
        let status = child.wait()?;
        Ok(Built { success: status.success(), diagnostics, stderr: std::fs::read_to_string(log)? })
    }

    /// Runs the crate's own tests.
    pub fn test(&self) -> Result<(Tests, String)> {
        if !self.tests {
            return Ok((Tests::new(), String::new()));
        }
        let log = self.scratch.target.join("tests");
        // Both to one file: cargo says on one stream which tests run, and they say on the other how they end.
        let output = File::create(&log)?;
        let mut command = self.command("test");
        command.args(["--no-fail-fast", "--"]).args(self.entry.skip.iter().flat_map(|test| ["--skip", test]));
        command.stdout(output.try_clone()?).stderr(output).stdin(Stdio::null()).process_group(0);
        let hung = !ended_in_time(command.spawn()?)?;
        let mut bytes = Vec::new();
        File::open(&log)?.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut tests = read(&text);
        if hung {
            tests.insert((String::new(), "all tests".into()), format!("did not end within {LONGEST:?}"));
        }
        Ok((tests, text))
    }
}

#[expect(clippy::disallowed_methods, reason = "no breaker's time: how long other programs take")]
pub fn now() -> Instant {
    Instant::now()
}

fn ended_in_time(mut child: Child) -> Result<bool> {
    let started = now();
    loop {
        if child.try_wait()?.is_some() {
            return Ok(true);
        }
        if started.elapsed() > LONGEST {
            // The whole group that was started for it: cargo and the tests that it runs.
            Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Reads what the test harnesses printed.
fn read(text: &str) -> Tests {
    let mut target = String::new();
    let mut tests = Tests::new();
    for line in text.lines() {
        if let Some(running) = line.trim_start().strip_prefix("Running ") {
            let file = running.split(" (").next().unwrap_or(running);
            target = file.to_owned();
            tests.insert((target.clone(), "as a whole".into()), "ran".into());
        } else if let Some((name, result)) = line.strip_prefix("test ").and_then(|line| line.rsplit_once(" ... ")) {
            let result = result.split([',', ' ']).next().unwrap_or(result);
            tests.insert((target.clone(), name.to_owned()), result.to_owned());
        } else if line.starts_with("error: test failed") || line.contains("(signal: ") {
            let key = (target.clone(), "as a whole".into());
            tests.insert(key, if line.contains("signal") { line.trim().to_owned() } else { "failed".into() });
        }
    }
    tests
}

/// How many tests passed.
pub fn passed(tests: &Tests) -> usize {
    tests.values().filter(|result| *result == "ok").count()
}

/// A file that a message names, below the crate's folder.
pub fn below(cargo: &Cargo<'_>, file_name: &str) -> Option<PathBuf> {
    let path = cargo.scratch.root.join(file_name);
    path.strip_prefix(cargo.folder()).map(Path::to_owned).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_told_apart_by_target() {
        let text = "     Running unittests src/lib.rs (x/y)\n\nrunning 2 tests\ntest a ... ok\ntest b - should panic ... FAILED\n\
                    error: test failed, to rerun pass `--lib`\n     Running tests/a.rs (x/z)\ntest a ... ignored, slow\n";
        let tests = read(text);
        let of = |target: &str, name: &str| tests[&(target.to_owned(), name.to_owned())].as_str();
        assert_eq!(of("unittests src/lib.rs", "a"), "ok");
        assert_eq!(of("unittests src/lib.rs", "b - should panic"), "FAILED");
        assert_eq!(of("unittests src/lib.rs", "as a whole"), "failed");
        assert_eq!(of("tests/a.rs", "a"), "ignored");
        assert_eq!(of("tests/a.rs", "as a whole"), "ran");
        assert_eq!(passed(&tests), 1);
    }
}
