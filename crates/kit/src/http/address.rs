//! Where to listen, as an operator writes it.

use std::{
    fmt, io, iter,
    net::{SocketAddr, ToSocketAddrs},
    str::FromStr,
};

/// A port of an address or of a name: `127.0.0.1:9091`, `[::1]:9091`, `localhost:9091`. A name is
/// resolved when it is read, once, so that what is checked is what is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: String,
    first: SocketAddr,
    /// Those a name has beside the first.
    others: Vec<SocketAddr>,
}

/// The text is not a valid address to listen on.
#[derive(Debug, thiserror::Error)]
pub enum InvalidAddress {
    /// It is of no known form.
    #[error("expected HOST:PORT, such as 127.0.0.1:{0}, [::1]:{0} or localhost:{0}")]
    Form(String),
    /// It leaves open who may come.
    #[error(
        "it does not name a host: write 127.0.0.1:{0} to serve this machine only, or 0.0.0.0:{0} \
         for all of its addresses"
    )]
    NoHost(u16),
    /// Its name is not known.
    #[error("cannot resolve {host:?}: {cause}")]
    Unknown {
        /// The name.
        host: String,
        /// What the system said.
        cause: io::Error,
    },
}

impl Address {
    /// A name, and what it resolves to, which must not be nothing.
    pub(super) fn of_name(text: &str, found: impl Iterator<Item = SocketAddr>) -> Option<Self> {
        let mut found: Vec<SocketAddr> = found.collect();
        found.sort();
        found.dedup();
        let mut found = found.into_iter();
        Some(Self {
            text: text.to_owned(),
            first: found.next()?,
            others: found.collect(),
        })
    }

    /// Every address to listen on, IPv4 first.
    pub fn sockets(&self) -> impl Iterator<Item = SocketAddr> {
        iter::once(self.first).chain(self.others.iter().copied())
    }

    /// The first address that other machines may reach.
    pub fn beyond_loopback(&self) -> Option<SocketAddr> {
        let is_open = |socket: &SocketAddr| !socket.ip().to_canonical().is_loopback();
        self.sockets().find(is_open)
    }

    /// Another port of the same host.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        let moved = |socket: SocketAddr| SocketAddr::new(socket.ip(), port);
        let host = self.text.rsplit_once(':').map_or("", |(host, _)| host);
        Self {
            text: format!("{host}:{port}"),
            first: moved(self.first),
            others: self.others.iter().copied().map(moved).collect(),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(socket: SocketAddr) -> Self {
        Self {
            text: socket.to_string(),
            first: socket,
            others: Vec::new(),
        }
    }
}

impl From<&Self> for Address {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Ok(socket.into());
        }
        let (host, port) = name_and_port(text)?;
        let unknown = |cause| InvalidAddress::Unknown {
            host: host.to_owned(),
            cause,
        };
        let found = (host, port).to_socket_addrs().map_err(unknown)?;
        Self::of_name(text, found).ok_or_else(|| unknown(io::ErrorKind::NotFound.into()))
    }
}

/// Cuts `name:port`.
fn name_and_port(text: &str) -> Result<(&str, u16), InvalidAddress> {
    let form = |port: &str| InvalidAddress::Form(port.to_owned());
    let (host, port) = text.rsplit_once(':').ok_or_else(|| form("8080"))?;
    let port: u16 = port.parse().map_err(|_| form("8080"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match host {
        "" => Err(InvalidAddress::NoHost(port)),
        _ if host.bytes().all(plain) => Ok((host, port)),
        _ => Err(form(&port.to_string())),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Address {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn an_address_is_itself_and_a_name_is_all_that_it_resolves_to() {
        for text in ["127.0.0.1:9091", "[::1]:0", "0.0.0.0:80"] {
            let address = read(text);
            let sockets: Vec<_> = address.sockets().collect();
            assert_eq!(sockets, [text.parse().unwrap()]);
            assert_eq!(address.to_string(), text);
        }
        let local = read("localhost:9091");
        assert_eq!(local.to_string(), "localhost:9091");
        assert!(local.sockets().all(|socket| socket.port() == 9091));
        assert_eq!(local.beyond_loopback(), None);
    }

    #[test]
    fn what_is_judged_is_what_a_name_resolves_to() {
        assert!(read("0.0.0.0:1").beyond_loopback().is_some());
        assert!(read("[::]:1").beyond_loopback().is_some());
        let mixed = ["[::1]:1", "192.0.2.1:1", "127.0.0.1:1"].map(|text| text.parse().unwrap());
        let mixed = Address::of_name("mixed:1", mixed.into_iter()).unwrap();
        assert_eq!(mixed.beyond_loopback(), "192.0.2.1:1".parse().ok());
        assert_eq!(mixed.sockets().next(), "127.0.0.1:1".parse().ok());
    }

    #[test]
    fn another_port_is_of_the_same_host() {
        assert_eq!(read("[::1]:1").with_port(2), read("[::1]:2"));
        assert_eq!(read("localhost:1").with_port(2), read("localhost:2"));
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_what_to_write() {
        for (text, why) in [
            (":8080", "write 127.0.0.1:8080 to serve this machine only"),
            ("here", "expected HOST:PORT"),
            ("8080", "expected HOST:PORT"),
            ("", "expected HOST:PORT"),
            ("::1:9091", "[::1]:9091"),
            ("localhost:port", "localhost:8080"),
            ("localhost:65536", "expected HOST:PORT"),
            ("http://localhost:9091", "localhost:9091"),
            ("nowhere.invalid:1", "cannot resolve \"nowhere.invalid\""),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
