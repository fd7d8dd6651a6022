//! `vortex_config_info`: which version this process runs, for Prometheus.

use vortex_rest::Arm;

use crate::{builder::Settings, in_use::InUse};

const NAME: &str = "vortex_config_info";
const HELP: &str = "The configuration in use; 1";

/// What tells one configuration from the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Labels {
    version: String,
    arm: &'static str,
}

impl Labels {
    pub(crate) fn of(in_use: &InUse) -> Self {
        Self {
            version: in_use.version().to_owned(),
            arm: arm(in_use),
        }
    }

    /// Tells the facade of metrics, if it is asked to.
    pub(crate) fn replaced_by(&self, now: &Self, settings: &Settings) {
        if self == now {
            return;
        }
        #[cfg(feature = "metrics")]
        for (labels, value) in [(self, 0.0), (now, 1.0)] {
            if labels.version.is_empty() {
                continue;
            }
            metrics::describe_gauge!(NAME, HELP);
            let gauge = metrics::gauge!(
                NAME,
                "app" => settings.app.clone(),
                "profile" => settings.profiles.clone(),
                "version" => labels.version.clone(),
                "arm" => labels.arm,
            );
            gauge.set(value);
        }
        #[cfg(not(feature = "metrics"))]
        let _ = settings;
    }
}

/// The arm of a configuration: `canary` if any split gave it, else `stable`. Who holds what is stable
/// is not told of a split that changes nothing for it.
fn arm(in_use: &InUse) -> &'static str {
    let assignments = in_use.assignments();
    match assignments.iter().any(|split| split.arm == Arm::Canary) {
        true => "canary",
        false => "stable",
    }
}

/// The metric in Prometheus' text format; nothing as long as nothing is in use.
pub(crate) fn prometheus(settings: &Settings, in_use: &InUse) -> String {
    let labels = Labels::of(in_use);
    if labels.version.is_empty() {
        return String::new();
    }
    format!(
        "# HELP {NAME} {HELP}\n# TYPE {NAME} gauge\n\
         {NAME}{{app=\"{}\",profile=\"{}\",version=\"{}\",arm=\"{}\"}} 1\n",
        escaped(&settings.app),
        escaped(&settings.profiles),
        escaped(&labels.version),
        labels.arm,
    )
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Client;

    #[test]
    fn the_version_in_use_is_a_label() {
        let builder = Client::builder("http://localhost:1", "orders").profiles(["dev", "prod"]);
        let settings = builder.settings_for_tests();
        let mut in_use = InUse::default();
        assert_eq!(prometheus(&settings, &in_use), "");
        in_use.set_version("v\"1\"", Duration::ZERO);
        let text = prometheus(&settings, &in_use);
        let line = text.lines().last().unwrap();
        assert_eq!(
            line,
            r#"vortex_config_info{app="orders",profile="dev,prod",version="v\"1\"",arm="stable"} 1"#
        );
    }
}
