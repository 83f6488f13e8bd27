//! TLS on a socket that one thread reads while another writes.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use rustls::{ClientConfig, ClientConnection, RootCertStore, crypto::ring, pki_types::ServerName};

/// The two ends share the connection's state, and hold it only while they encrypt or decrypt.
pub(super) fn connect(host: &str, mut stream: TcpStream, timeout: Duration) -> io::Result<(Reader, Writer)> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config()?), name).map_err(io::Error::other)?;
    stream.set_read_timeout(Some(timeout))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    stream.set_read_timeout(None)?;
    let shared = Arc::new(Mutex::new(connection));
    let reader = Reader { shared: Arc::clone(&shared), stream: stream.try_clone()? };
    Ok((reader, Writer { shared, stream }))
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
