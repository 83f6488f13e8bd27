//! A Redis server of the test's own, on a port of its own.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use redis::{Connection, FromRedisValue};

/// A server's process, which ends with the test.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new("redis-server");
        Self(command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Process {
    /// As by SIGKILL.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct Server {
    process: Option<Process>,
    pub(crate) port: u16,
    arguments: Vec<String>,
    pub(crate) folder: PathBuf,
}

/// Whether there is a server to start; a word where there is none.
pub(crate) fn is_installed() -> bool {
    let found = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("skipped: there is no redis-server here; `apt-get install redis-server`");
    }
    found
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    /// One that keeps nothing on a disk; `None` where none is installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Option<Self> {
        if !is_installed() {
            return None;
        }
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("breaker-redis-{port}-{:08x}", fastrand::u32(..)));
        std::fs::create_dir_all(&folder).unwrap();
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut server = Self { process: None, port, arguments, folder };
        server.start_again();
        Some(server)
    }

    /// On the same port, empty.
    pub(crate) fn start_again(&mut self) {
        let port = self.port.to_string();
        let mut arguments = vec!["--port", &port, "--bind", "127.0.0.1", "--save", ""];
        arguments.extend(["--dir", self.folder.to_str().unwrap()]);
        arguments.extend(self.arguments.iter().map(String::as_str));
        self.process = Some(Process::start(&arguments));
        self.await_ready();
    }

    fn await_ready(&self) {
        for _ in 0..400 {
            if self.try_connection().is_some() {
                return;
            }
            thread::sleep(Duration::from_millis(25));
        }
        panic!("the server on port {} does not come up", self.port);
    }

    fn try_connection(&self) -> Option<Connection> {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_connection_with_timeout(Duration::from_secs(1)).ok()?;
        redis::cmd("PING").query::<String>(&mut connection).ok().map(|_| connection)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn command<T: FromRedisValue>(&self, words: &[&str]) -> T {
        let mut connection = self.try_connection().unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]).query(&mut connection).unwrap()
    }

    fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().0.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    /// As by SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// The fleet's row of the breaker, as it stands there.
    pub(crate) fn row(&self) -> Option<String> {
        self.command(&["HGET", "breaker:v1:{shop}:rows", crate::node::NAME])
    }

    /// Commands that the server has run, ever.
    pub(crate) fn commands(&self) -> u64 {
        let info: String = self.command(&["INFO", "stats"]);
        let line = info.lines().find_map(|line| line.strip_prefix("total_commands_processed:")).unwrap();
        line.trim().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        remove(&self.folder);
    }
}

fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}
