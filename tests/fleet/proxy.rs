//! Stands between a node and its engine, and does what networks do.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Network {
    Good,
    /// Each piece is so much later.
    Delay(Duration),
    /// Nothing comes through, and nobody says so.
    BlackHole,
    /// Connections break.
    Drop,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    network: Arc<Mutex<Network>>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            network: Arc::new(Mutex::new(Network::Good)),
            streams: Arc::default(),
        };
        let (network, streams) = (Arc::clone(&proxy.network), Arc::clone(&proxy.streams));
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if *network.lock().unwrap() == Network::Drop {
                    continue;
                }
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let network = Arc::clone(&network);
                    thread::spawn(move || carry(from, to, &network));
                }
                streams.lock().unwrap().extend([near, far]);
            }
        });
        proxy
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn set(&self, network: Network) {
        *self.network.lock().unwrap() = network;
        if network == Network::Drop {
            for stream in self.streams.lock().unwrap().drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, network: &Mutex<Network>) {
    let mut piece = [0; 4096];
    while let Ok(read) = from.read(&mut piece) {
        let now = *network.lock().unwrap();
        if let Network::Delay(delay) = now {
            thread::sleep(delay);
        }
        if read == 0 || now != Network::BlackHole && to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
