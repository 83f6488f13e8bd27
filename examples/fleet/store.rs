//! Where the fleet keeps what it shares: a Redis of the example's own, on a free port, or an engine in memory.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use breaker_runtime::fleet::MemoryEngine;

pub(crate) enum Store {
    Redis { child: Child, port: u16 },
    Memory(MemoryEngine),
}

impl Store {
    /// `None` where there is none to start.
    pub(crate) fn redis() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        Some(Self::Redis { child: start(port)?, port })
    }

    pub(crate) fn memory() -> Self {
        Self::Memory(MemoryEngine::new())
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Redis { .. } => "Redis",
            Self::Memory(_) => "The engine",
        }
    }

    pub(crate) fn kill(&mut self) {
        match self {
            Self::Redis { child, .. } => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Self::Memory(engine) => engine.set_down(true),
        }
    }

    /// Empty.
    pub(crate) fn start_again(&mut self) {
        match self {
            Self::Redis { child, port } => {
                if let Some(started) = start(*port) {
                    *child = started;
                }
            }
            Self::Memory(engine) => {
                engine.clear();
                engine.set_down(false);
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.kill();
    }
}

fn start(port: u16) -> Option<Child> {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
    let child = command.stdout(Stdio::null()).spawn().ok()?;
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            break;
        }
        thread::sleep(Duration::from_millis(25));
    }
    Some(child)
}
