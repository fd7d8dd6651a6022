//! Settings and what stands in them, and files that may be damaged.

use std::{cell::RefCell, io::Write, time::Duration};

use tempfile::NamedTempFile;
use vortex_git::{CommitId, Location};
use vortex_kit::{
    channel::Target,
    http::Address,
    settings::{About, DumpFormat, Listens, Secret, duration, load, positive_duration},
    yaml,
};

use super::text;
use crate::Parser;

const ABOUT: About = About {
    name: "config-svc",
    version: "1.2.3",
    summary: "Keeps configuration",
    admin: Some("127.0.0.1:18091"),
    log: "info",
    aliases: &[],
};

/// Settings of every kind.
#[derive(Debug, clap::Args)]
struct Settings {
    /// Address to serve gRPC on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9091")]
    grpc: Address,
    /// Repositories to read
    #[arg(long)]
    git: Vec<String>,
    /// Pause between two polls
    #[arg(long, default_value = "10s", value_parser = duration)]
    git_poll: Duration,
    /// A number
    #[arg(long, default_value_t = 1)]
    number: u16,
    /// A secret
    #[arg(long)]
    secret: Option<Secret>,
}

impl Listens for Settings {
    fn addresses(&self) -> Vec<&Address> {
        vec![&self.grpc]
    }
}

pub(super) const SETTINGS: Parser = Parser {
    name: "settings",
    tokens: &[
        b"git: ",
        b"git:\n  poll: ",
        b"number: ",
        b"secret: ",
        b"log: ",
        b"\n",
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"&a ",
        b"*a",
        b"---\n",
        b"\n  ",
        b"10s",
        b"_",
        b"'",
        b"\"",
        b"? ",
    ],
    check: |input| {
        // names are resolved by the system, which is not what is looked at
        if input
            .windows(4)
            .any(|part| part == b"grpc" || part == b"GRPC" || part == b"admi")
        {
            return false;
        }
        let own = text(input, |text| match yaml::parse(text) {
            Ok(node) => node.into_json().to_string().len() <= text.len() * 8 + 8,
            Err(error) => {
                let _ = error.to_string();
                false
            }
        });
        own && is_loaded(input)
    },
};

thread_local! {
    /// One file for all inputs.
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("a file"));
}

fn is_loaded(input: &[u8]) -> bool {
    FILE.with_borrow_mut(|file| {
        file.as_file().set_len(0).expect("it is emptied");
        std::io::Seek::rewind(file).expect("it is rewound");
        file.write_all(input).expect("it is written");
        let arguments = ["config-svc".into(), "--config".into(), file.path().into()];
        match load::<Settings>(&ABOUT, arguments, &|_| None) {
            Ok(loaded) => {
                let dump = loaded.dump.render(DumpFormat::Table);
                if let Some(secret) = &loaded.settings.secret {
                    let secret = secret.reveal();
                    assert!(secret.len() < 12 || !dump.contains(secret), "{dump}");
                }
                true
            }
            Err(error) => {
                let _ = error.to_string();
                false
            }
        }
    })
}

pub(super) const DURATION: Parser = Parser {
    name: "duration",
    tokens: &[b"s", b"ms", b"h ", b"days", b"y", b"ns", b"1", b" ", b"."],
    check: |input| {
        text(input, |text| match duration(text) {
            Ok(time) => {
                assert!(time <= Duration::from_secs(7 * 24 * 3_600));
                assert_eq!(positive_duration(text).is_ok(), !time.is_zero());
                true
            }
            Err(error) => {
                let _ = error.to_string();
                false
            }
        })
    },
};

pub(super) const ADDRESS: Parser = Parser {
    name: "address",
    tokens: &[b":", b"[", b"]", b"::1", b"127.0.0.1", b":8080", b"%", b"0"],
    check: |input| {
        text(input, |text| {
            // a name would be asked of the system
            let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
            if host.bytes().any(|byte| byte.is_ascii_alphanumeric())
                && text.parse::<std::net::SocketAddr>().is_err()
            {
                return false;
            }
            match text.parse::<Address>() {
                Ok(address) => {
                    assert_eq!(address.to_string().parse().ok().as_ref(), Some(&address));
                    assert_eq!(address.sockets().count(), 1);
                    true
                }
                Err(error) => {
                    let _ = error.to_string();
                    false
                }
            }
        })
    },
};

pub(super) const LOCATION: Parser = Parser {
    name: "location",
    tokens: &[
        b"://",
        b"https://",
        b"ssh://",
        b"file://",
        b"git@",
        b":",
        b"@",
        b"/",
        b"..",
        b"-",
        b"~",
    ],
    check: |input| {
        text(input, |text| {
            // an operator's own words are repeated in full
            let target = text.parse::<Target>();
            if let Ok(target) = &target {
                assert_eq!(target.to_string().parse().as_ref(), Ok(target));
            }
            if let Ok(id) = text.parse::<CommitId>() {
                assert!([40, 64].contains(&id.to_string().len()), "SHA-1 or SHA-256");
            }
            match text.parse::<Location>() {
                Ok(location) => {
                    let _ = format!("{location} {location:?} {:?}", location.path());
                    true
                }
                Err(error) => {
                    let _ = error.to_string();
                    false
                }
            }
        })
    },
};

pub(super) const JOURNAL: Parser = Parser {
    name: "journal",
    tokens: &[
        b"\x01",
        b"\x02",
        b"\x03",
        b"FJL\x03",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
    ],
    check: |input| {
        let lengths = vortex_store::parts::batches(input);
        let total: u64 = lengths.iter().sum();
        assert!(total <= input.len() as u64, "{lengths:?}");
        assert!(lengths.iter().all(|length| *length > 0));
        // whole batches stay whole, whatever follows them
        let whole = usize::try_from(total).expect("it is short");
        assert_eq!(vortex_store::parts::batches(&input[..whole]), lengths);
        !lengths.is_empty()
    },
};
