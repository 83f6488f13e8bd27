//! A Redis behind TLS, with certificates of the test's own.

use std::{fs, path::PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use crate::{
    nodes::{Nodes, eventually},
    places::assert_a_fleet,
    server::{Server, free_port},
};

const AUTHORITY: &str = "authority.pem";

/// An authority, and a certificate that it gave to a server of this name.
struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    fn new(server: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("breaker-tls-{:016x}", fastrand::u64(..)));
        // With a folder that holds nothing.
        fs::create_dir_all(folder.join("empty")).unwrap();
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name.push(DnType::CommonName, format!("authority {}", folder.display()));
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([server.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        for (file, text) in
            [(AUTHORITY, authority.pem()), ("server.pem", certificate.pem()), ("key.pem", key.serialize_pem())]
        {
            fs::write(folder.join(file), text).unwrap();
        }
        Self { folder }
    }

    fn path(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }
}

impl Drop for Certificates {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A server that speaks TLS with these, its address, and that of its open port; `None` where none is installed.
fn serve(certificates: &Certificates) -> Option<(Server, String)> {
    let port = free_port().to_string();
    let [certificate, key, authority] = ["server.pem", "key.pem", AUTHORITY].map(|file| certificates.path(file));
    let server = Server::start_with(&[
        "--tls-port",
        &port,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &authority,
        "--tls-auth-clients",
        "no",
    ])?;
    Some((server, format!("rediss://127.0.0.1:{port}")))
}

/// Nodes that trust what is in this file alone, and not what the machine trusts.
fn start(number: usize, url: &str, trusting: &Certificates, file: &str) -> Nodes {
    let trusted = [("SSL_CERT_FILE", &*trusting.path(file)), ("SSL_CERT_DIR", &*trusting.path("empty"))];
    Nodes::start_in(&trusted, &vec![url.to_owned(); number], 2)
}

/// A node that is not let in says why, once however often it tries, and serves all the same.
fn assert_refused(nodes: &Nodes, why: &str) {
    eventually("it says why", || !nodes.all[0].ask("degraded").is_empty());
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    assert_eq!(nodes.all[0].ask("degraded"), format!("disconnected: {why}"));
    assert_eq!(nodes.all[0].ask("status"), "degraded");
    let [succeeded, failed, _] = nodes.counts();
    assert!(succeeded > 0 && failed == 0, "{succeeded} {failed}");
}

#[test]
fn over_tls() {
    let certificates = Certificates::new("127.0.0.1");
    let Some((mut server, url)) = serve(&certificates) else { return };
    let nodes = start(2, &url, &certificates, AUTHORITY);
    assert_a_fleet(&nodes);
    assert!(server.row().is_some());
    // What is pushed comes through too: an order is heard at once, and not by the next look.
    assert_eq!(nodes.all[0].ask("force ann INC-4711 0"), "Ok(())");
    nodes.all_become("state", "forced_open");
    server.kill();
    nodes.all_become("status", "degraded");
    server.start_again();
    nodes.all_become("status", "connected");
    eventually("what was lost is written back", || server.row().is_some_and(|row| row.contains("INC")));
    assert_eq!(nodes.all[1].ask("reset"), "Ok(())");
    nodes.all_become("state", "closed");
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let certificates = Certificates::new("127.0.0.1");
    let others = Certificates::new("127.0.0.1");
    let Some((server, url)) = serve(&certificates) else { return };
    let nodes = start(1, &url, &others, AUTHORITY);
    assert_refused(&nodes, "invalid peer certificate: UnknownIssuer");
    assert_eq!(server.command::<u64>(&["EXISTS", "breaker:v1:{shop}:rows", "breaker:v1:{shop}:nodes"]), 0);
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let certificates = Certificates::new("cache.example");
    let Some((_server, url)) = serve(&certificates) else { return };
    let nodes = start(1, &url, &certificates, AUTHORITY);
    let why = "certificate not valid for name \"127.0.0.1\"; certificate is only valid for DnsName(\"cache.example\")";
    assert_refused(&nodes, &format!("invalid peer certificate: {why}"));
}

#[test]
fn a_server_without_tls_and_a_machine_that_trusts_nobody_are_told_of() {
    let certificates = Certificates::new("127.0.0.1");
    let Some((server, url)) = serve(&certificates) else { return };
    let plain = format!("rediss://127.0.0.1:{}", server.port);
    let refused = |url: &str, file: &str, why: &str| assert_refused(&start(1, url, &certificates, file), why);
    refused(&plain, AUTHORITY, "no TLS handshake: does the server speak TLS on this port?");
    // And the other way round.
    refused(&url.replace("rediss", "redis"), AUTHORITY, "the connection is closed");
    refused(&url, "no-such-file.pem", "this machine trusts no certificates");
}
