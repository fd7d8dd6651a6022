//! Variables with our prefix that no setting reads: mistakes that would else go unseen.

use std::ffi::OsString;

use super::{
    layer::{PREFIX, variable},
    nearest::nearest,
};

/// Variables that the `vortex` command and the first start read, and that may stand in anybody's environment.
const OF_THE_COMMAND: [&str; 9] = [
    "VORTEX_SERVER",
    "VORTEX_CONTEXT",
    "VORTEX_LABEL",
    "VORTEX_OUTPUT",
    "VORTEX_KEY",
    "VORTEX_BOOTSTRAP_KEY",
    "VORTEX_CA",
    "VORTEX_CLIENT_CERT",
    "VORTEX_CLIENT_KEY",
];
/// Names that a line tells; there may be any number.
const TOLD: usize = 20;

/// What of an environment has our prefix and no effect, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strangers {
    program: &'static str,
    /// With the variable that each may have been meant to be.
    unknown: Vec<(String, Option<String>)>,
    service_links: Vec<String>,
}

impl Strangers {
    /// Those among `variables` that are not of one of `keys`.
    pub(super) fn of(
        program: &'static str,
        keys: &[&str],
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let known: Vec<String> = keys.iter().map(|key| variable(key)).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut found = Self {
            program,
            ..Self::default()
        };
        let texts = variables.into_iter().map(|(name, value)| {
            let text = |raw: OsString| raw.to_string_lossy().into_owned();
            (text(name), text(value))
        });
        for (name, value) in texts {
            if !name.starts_with(PREFIX)
                || known.contains(&&*name)
                || OF_THE_COMMAND.contains(&&*name)
            {
                continue;
            }
            if is_service_link(&name, &value) {
                found.service_links.push(name);
            } else {
                let meant = nearest(&name, &known);
                found.unknown.push((name, meant));
            }
        }
        found.unknown.sort();
        found.service_links.sort();
        found
    }

    /// What to say about them: a line on those that are unknown, and one on Kubernetes' own.
    pub fn lines(&self) -> Vec<String> {
        let unknown = self.unknown.iter().map(|(name, meant)| match meant {
            Some(meant) => format!("{} (is {meant} meant?)", name.escape_debug()),
            None => name.escape_debug().to_string(),
        });
        let unknown = listed(unknown.collect());
        let unknown = unknown.map(|names| {
            let program = self.program;
            format!("not settings of {program}, and without effect: {names}")
        });
        let links = self.service_links.iter();
        let links = listed(links.map(|name| name.escape_debug().to_string()).collect());
        let links = links.map(|names| {
            format!(
                "set by Kubernetes for services, and without effect (enableServiceLinks: false \
                 leaves them out): {names}"
            )
        });
        unknown.into_iter().chain(links).collect()
    }

    /// Logs it.
    pub fn warn(&self) {
        for line in self.lines() {
            tracing::warn!("variables that are {line}");
        }
    }
}

/// The names in a line, if there are any.
fn listed(mut names: Vec<String>) -> Option<String> {
    let more = names.len().saturating_sub(TOLD);
    names.truncate(TOLD);
    let listed = names.join(", ");
    match (names.len(), more) {
        (0, _) => None,
        (_, 0) => Some(listed),
        (_, more) => Some(format!("{listed} and {more} more")),
    }
}

/// Whether it is of the form that Kubernetes gives every container for each service: of `vortex`
/// `VORTEX_SERVICE_HOST`, `VORTEX_SERVICE_PORT`, `VORTEX_PORT`, `VORTEX_PORT_8080_TCP_ADDR`, …
fn is_service_link(name: &str, value: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    let is_url = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    let of_port = name.rsplit_once("_PORT_").is_some_and(|(_, rest)| {
        let mut parts = rest.split('_');
        parts.next().is_some_and(is_port)
            && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
            && matches!(parts.next(), None | Some("PROTO" | "PORT" | "ADDR"))
            && parts.next().is_none()
    });
    // `_PORT_8080_TCP_PORT` ends in `_PORT` itself
    let of_inner_port = name
        .strip_suffix("_PORT")
        .is_some_and(|outer| outer.contains("_PORT_") && is_port(value));
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (name.ends_with("_PORT") && is_url)
        || of_port
        || of_inner_port
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &["grpc", "log-format", "store"];

    fn lines(variables: &[(&str, &str)]) -> Vec<String> {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        Strangers::of("config-svc", KEYS, variables).lines()
    }

    #[test]
    fn one_line_names_all_that_are_unknown_and_what_may_be_meant() {
        let told = lines(&[
            ("VORTEX_SOMETHING", "1"),
            ("VORTEX_LOGFORMAT", "json"),
            ("VORTEX_GRPC", "127.0.0.1:1"),
            ("HOME", "/root"),
        ]);
        assert_eq!(
            told,
            [
                "not settings of config-svc, and without effect: VORTEX_LOGFORMAT (is \
              VORTEX_LOG_FORMAT meant?), VORTEX_SOMETHING"
            ]
        );
    }

    #[test]
    fn those_of_the_command_are_known() {
        assert!(lines(&OF_THE_COMMAND.map(|name| (name, "x"))).is_empty());
    }

    #[test]
    fn kubernetes_own_are_called_by_their_name() {
        let links = [
            ("VORTEX_PORT", "tcp://10.0.0.1:8080"),
            ("VORTEX_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("VORTEX_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("VORTEX_PORT_8080_TCP_PORT", "8080"),
            ("VORTEX_PORT_8080_TCP_PROTO", "tcp"),
            ("VORTEX_SERVICE_HOST", "10.0.0.1"),
            ("VORTEX_SERVICE_PORT", "8080"),
            ("VORTEX_SERVICE_PORT_HTTP", "8080"),
            ("VORTEX_CONFIG_SVC_PORT", "tcp://10.0.0.1:9091"),
        ];
        let [told] = &*lines(&links) else {
            panic!("one line");
        };
        assert!(told.starts_with("set by Kubernetes"), "{told}");
        for (name, _) in links {
            assert!(told.contains(name), "{told}");
        }
        let told = lines(&[("VORTEX_PORT", "8080")]);
        assert!(told[0].starts_with("not settings"), "{told:?}");
    }

    #[test]
    fn a_line_has_an_end() {
        let names: Vec<String> = (0..100)
            .map(|n| format!("VORTEX_STRANGE_THING_{n:03}"))
            .collect();
        let told = lines(&names.iter().map(|name| (&**name, "x")).collect::<Vec<_>>());
        assert!(
            told[0].ends_with("VORTEX_STRANGE_THING_019 and 80 more"),
            "{told:?}"
        );
    }
}
