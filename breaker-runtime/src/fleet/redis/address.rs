//! Where the engine is, as a user writes it.

use std::path::PathBuf;

use ::redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};

/// `redis://`, `rediss://`, `unix://`, or `redis-sentinel://…#master`.
#[derive(Clone, PartialEq)]
pub(crate) struct Address {
    pub(super) servers: Vec<Place>,
    /// The name of the master that the servers, which are sentinels, are asked for.
    pub(super) master: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: i64,
}

/// Where one server is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    Tcp { host: String, port: u16, tls: bool },
    Unix(PathBuf),
}

const SENTINEL: &str = "redis-sentinel://";
const SENTINEL_PORT: u16 = 26379;

impl Address {
    /// Reads it, or says what is wrong with it.
    pub(crate) fn read(url: &str) -> Result<Self, String> {
        if let Some(rest) = url.strip_prefix(SENTINEL) {
            return Self::sentinels(rest);
        }
        let (tls, plain) = match url.strip_prefix("rediss://") {
            Some(rest) => (true, format!("redis://{rest}")),
            None => (false, url.to_owned()),
        };
        if tls && !cfg!(feature = "redis-tls") {
            return Err("`rediss://` needs the feature `redis-tls`".to_owned());
        }
        // The errors of the crate may show what was written, which may be a password.
        let info: ConnectionInfo = plain.as_str().into_connection_info().map_err(|error| match error.detail() {
            Some(detail) => format!("{}: {detail}", error.category()),
            None => error.category().to_owned(),
        })?;
        let place = match info.addr() {
            ConnectionAddr::Tcp(host, port) => Place::Tcp { host: host.clone(), port: *port, tls },
            ConnectionAddr::Unix(path) => Place::Unix(path.clone()),
            _ => return Err("write `redis://`, `rediss://`, `unix://` or `redis-sentinel://`".to_owned()),
        };
        let settings = info.redis_settings();
        Ok(Self {
            servers: vec![place],
            master: None,
            user: settings.username().map(str::to_owned),
            password: settings.password().map(str::to_owned),
            database: settings.db(),
        })
    }

    /// `[user:password@]host[:port],host[:port]…[/database]#master`; user and password are the master's.
    fn sentinels(rest: &str) -> Result<Self, String> {
        let (rest, master) =
            rest.split_once('#').ok_or("write the master's name: `redis-sentinel://host:26379#mymaster`")?;
        let (login, rest) = rest.rsplit_once('@').map_or(("", rest), |(login, rest)| (login, rest));
        let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
        if master.is_empty() || hosts.is_empty() {
            return Err("write it as `redis-sentinel://host:26379,host:26379/0#mymaster`".to_owned());
        }
        let at = if login.is_empty() { "" } else { "@" };
        let mut servers = Vec::new();
        let mut address = None;
        for host in hosts.split(',') {
            let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            let port = if has_port { String::new() } else { format!(":{SENTINEL_PORT}") };
            let one = Self::read(&format!("redis://{login}{at}{host}{port}/{database}"))?;
            servers.extend(one.servers.iter().cloned());
            address = Some(one);
        }
        let address = address.ok_or("no host")?;
        Ok(Self { servers, master: Some(master.to_owned()), ..address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Place {
        Place::Tcp { host: host.into(), port, tls: false }
    }

    #[test]
    fn addresses_are_read() {
        let plain = Address::read("redis://cache").unwrap();
        assert_eq!(
            (plain.servers, plain.user, plain.password, plain.database),
            (vec![tcp("cache", 6379)], None, None, 0)
        );
        let full = Address::read("redis://ann:se%20cret@cache:7000/3").unwrap();
        assert_eq!(full.servers, [tcp("cache", 7000)]);
        assert_eq!((full.user.as_deref(), full.password.as_deref(), full.database), (Some("ann"), Some("se cret"), 3));
        let unix = Address::read("unix:///run/redis.sock").unwrap();
        assert_eq!(unix.servers, [Place::Unix("/run/redis.sock".into())]);
        let sentinel = Address::read("redis-sentinel://:pass@a,b:5/2#mymaster").unwrap();
        assert_eq!(sentinel.servers, [tcp("a", 26379), tcp("b", 5)]);
        assert_eq!((sentinel.master.as_deref(), sentinel.password.as_deref()), (Some("mymaster"), Some("pass")));
        assert_eq!(sentinel.database, 2);
    }

    #[test]
    fn what_is_no_address_is_said_without_its_password() {
        for wrong in [
            "",
            "cache:6379",
            "http://cache",
            "redis://",
            "redis://:secret@cache/x",
            "redis-sentinel://a",
            "redis-sentinel://#m",
        ] {
            let error = Address::read(wrong).err().unwrap_or_else(|| panic!("{wrong} was read"));
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    #[cfg(feature = "redis-tls")]
    fn two_letters_more_are_tls() {
        let address = Address::read("rediss://cache").unwrap();
        assert_eq!(address.servers, [Place::Tcp { host: "cache".into(), port: 6379, tls: true }]);
    }
}
