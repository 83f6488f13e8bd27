//! The socket: its own, so that each wait and each message is bounded.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use crate::fleet::redis::address::Place;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// The most bytes of one answer or message.
const MAX_MESSAGE: u64 = 4 << 20;

/// One connection in its three parts, which different threads use.
pub(super) struct Halves {
    pub(super) reader: Bounded,
    pub(super) writer: Box<dyn Write + Send>,
    pub(super) closer: Closer,
}

/// Ends a connection, so that whoever reads from it stops.
pub(super) enum Closer {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixStream),
}

impl Drop for Closer {
    fn drop(&mut self) {
        // One that has ended already is no error worth a word.
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
            #[cfg(unix)]
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

/// Connects; a write that the other side does not take ends after `timeout`.
pub(super) fn connect(place: &Place, timeout: Duration) -> io::Result<Halves> {
    match place {
        Place::Tcp { host, port, tls } => {
            let stream = connect_tcp(host, *port)?;
            stream.set_nodelay(true)?;
            stream.set_write_timeout(Some(timeout))?;
            let closer = Closer::Tcp(stream.try_clone()?);
            if *tls {
                return secure(host, stream, closer);
            }
            let reader = Bounded::new(stream.try_clone()?);
            Ok(Halves { reader, writer: Box::new(stream), closer })
        }
        #[cfg(unix)]
        Place::Unix(path) => {
            let stream = std::os::unix::net::UnixStream::connect(path)?;
            stream.set_write_timeout(Some(timeout))?;
            let reader = Bounded::new(stream.try_clone()?);
            let closer = Closer::Unix(stream.try_clone()?);
            Ok(Halves { reader, writer: Box::new(stream), closer })
        }
        #[cfg(not(unix))]
        Place::Unix(_) => Err(io::Error::from(io::ErrorKind::Unsupported)),
    }
}

fn connect_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::other("the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(feature = "redis-tls")]
fn secure(host: &str, stream: TcpStream, closer: Closer) -> io::Result<Halves> {
    let (reader, writer) = crate::fleet::redis::tls::connect(host, stream, CONNECT_TIMEOUT)?;
    Ok(Halves { reader: Bounded::new(reader), writer: Box::new(writer), closer })
}

#[cfg(not(feature = "redis-tls"))]
fn secure(_: &str, _: TcpStream, _: Closer) -> io::Result<Halves> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Reads at most so many bytes for each message: what is announced may be larger than memory.
pub(crate) struct Bounded {
    from: Box<dyn Read + Send>,
    left: u64,
}

impl Bounded {
    pub(crate) fn new(from: impl Read + Send + 'static) -> Self {
        Self { from: Box::new(from), left: MAX_MESSAGE }
    }

    pub(crate) fn next_message(&mut self) {
        self.left = MAX_MESSAGE;
    }
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a message that is too long"));
        }
        let most = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.from.read(&mut into[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}
