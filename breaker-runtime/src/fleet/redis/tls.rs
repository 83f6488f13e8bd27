//! TLS on a socket that one thread reads while another writes.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use rustls::{ClientConfig, ClientConnection, RootCertStore, crypto::ring, pki_types::ServerName};

use crate::fleet::{row::millis, time::now};

/// What a server without TLS makes of a handshake: it waits for the rest of it, or ends the connection.
const NO_HANDSHAKE: &str = "no TLS handshake: does the server speak TLS on this port?";

/// The two ends share the connection's state, and hold it only while they encrypt or decrypt.
pub(super) fn connect(host: &str, mut stream: TcpStream, timeout: Duration) -> io::Result<(Reader, Writer)> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config()?), name).map_err(io::Error::other)?;
    shake_hands(&mut connection, &mut stream, now() + millis(timeout))?;
    stream.set_read_timeout(None)?;
    let shared = Arc::new(Mutex::new(connection));
    let reader = Reader { shared: Arc::clone(&shared), stream: stream.try_clone()? };
    Ok((reader, Writer { shared, stream }))
}

/// Until `end`, however little at a time the other side says.
fn shake_hands(connection: &mut ClientConnection, stream: &mut TcpStream, end: u64) -> io::Result<()> {
    loop {
        while connection.wants_write() {
            connection.write_tls(stream)?;
        }
        if !connection.is_handshaking() {
            return Ok(());
        }
        let left = end.saturating_sub(now());
        if left == 0 {
            return Err(io::Error::new(io::ErrorKind::TimedOut, NO_HANDSHAKE));
        }
        stream.set_read_timeout(Some(Duration::from_millis(left)))?;
        match connection.read_tls(stream) {
            Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, NO_HANDSHAKE)),
            Ok(_) => {}
            // Which of the two it is depends on the system; the time is over.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => continue,
            Err(error) => return Err(error),
        }
        if let Err(error) = connection.process_new_packets() {
            // The other side may be told why.
            let _ = connection.write_tls(stream);
            return Err(io::Error::other(error));
        }
    }
}

/// The certificates that the machine trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others).
fn config() -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (good, _) = roots.add_parsable_certificates(found.certs);
    if good == 0 {
        return Err(io::Error::other("this machine trusts no certificates"));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

pub(super) struct Reader {
    shared: Arc<Mutex<ClientConnection>>,
    stream: TcpStream,
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut sealed = [0; 4096];
        loop {
            match self.shared.lock().reader().read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            // Outside the lock: the writer goes on meanwhile.
            let read = self.stream.read(&mut sealed)?;
            let mut connection = self.shared.lock();
            if read == 0 {
                return Ok(0);
            }
            let mut sealed = &sealed[..read];
            while !sealed.is_empty() {
                connection.read_tls(&mut sealed)?;
                connection.process_new_packets().map_err(io::Error::other)?;
            }
            // Such as an update of its keys.
            while connection.wants_write() {
                connection.write_tls(&mut self.stream)?;
            }
        }
    }
}

pub(super) struct Writer {
    shared: Arc<Mutex<ClientConnection>>,
    stream: TcpStream,
}

impl Write for Writer {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let mut connection = self.shared.lock();
        let written = connection.writer().write(from)?;
        while connection.wants_write() {
            connection.write_tls(&mut self.stream)?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    #[test]
    fn a_server_that_says_little_at_a_time_does_not_hold_a_node() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // The head of a record of 16 KiB, and then a byte of it now and again.
            let head = [22, 3, 3, 64, 0].into_iter();
            for byte in head.chain(std::iter::repeat_n(0, 500)) {
                if stream.write_all(&[byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let config = builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
        let name = ServerName::try_from("cache.example").unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let begin = now();
        let error = shake_hands(&mut connection, &mut stream, begin + 200).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (io::ErrorKind::TimedOut, NO_HANDSHAKE));
        assert!(now() - begin < 3_000, "{} ms", now() - begin);
    }
}
