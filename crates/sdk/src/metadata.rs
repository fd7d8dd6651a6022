//! Where an instance runs, as its environment says.

use std::path::Path;

/// Where Kubernetes puts the namespace into each pod.
const NAMESPACE_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
/// What Kubernetes sets in each pod: there, the host's name is the pod's.
const IN_KUBERNETES: &str = "KUBERNETES_SERVICE_HOST";

/// Where an instance runs, for people.
///
/// | | taken from |
/// |---|---|
/// | `host` | `NODE_NAME`, else `HOSTNAME` |
/// | `namespace` | `POD_NAMESPACE`, else the file that Kubernetes puts into each pod |
/// | `zone` | `VORTEX_ZONE` |
/// | `app_version` | `APP_VERSION` |
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The machine, or the node.
    pub host: String,
    /// The pod's namespace.
    pub namespace: String,
    /// The region or zone.
    pub zone: String,
    /// The version of the application itself.
    pub app_version: String,
}

impl Metadata {
    /// What this process's environment says.
    pub fn of_environment() -> Self {
        let file = || std::fs::read_to_string(Path::new(NAMESPACE_FILE)).ok();
        Self::of(&variable, &file)
    }

    fn of(
        variable: &dyn Fn(&str) -> Option<String>,
        namespace: &dyn Fn() -> Option<String>,
    ) -> Self {
        let host = variable("NODE_NAME").or_else(|| variable("HOSTNAME"));
        let namespace = variable("POD_NAMESPACE").or_else(namespace);
        Self {
            host: host.unwrap_or_default(),
            namespace: namespace.unwrap_or_default().trim().to_owned(),
            zone: variable("VORTEX_ZONE").unwrap_or_default(),
            app_version: variable("APP_VERSION").unwrap_or_default(),
        }
    }
}

/// The name of this instance: the pod's, which stays when its container is started again, else the
/// host's with something random, as a host may run several, else something random.
pub(crate) fn instance_id(app: &str) -> String {
    instance_id_of(&variable, app, fastrand::u32(..))
}

fn instance_id_of(variable: &dyn Fn(&str) -> Option<String>, app: &str, random: u32) -> String {
    let in_pod = variable(IN_KUBERNETES).is_some();
    let host = variable("HOSTNAME");
    let pod = variable("POD_NAME").or_else(|| host.clone().filter(|_| in_pod));
    pod.unwrap_or_else(|| format!("{}-{random:08x}", host.as_deref().unwrap_or(app)))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn an_instance_is_its_pod_or_one_of_its_host() {
        let id = |set: &[(&str, &str)]| instance_id_of(&of(set), "orders", 0xab);
        assert_eq!(
            id(&[("POD_NAME", "orders-1"), ("HOSTNAME", "h")]),
            "orders-1"
        );
        assert_eq!(id(&[("HOSTNAME", "h")]), "h-000000ab");
        assert_eq!(
            id(&[("HOSTNAME", "orders-2"), (IN_KUBERNETES, "10.0.0.1")]),
            "orders-2"
        );
        assert_eq!(id(&[]), "orders-000000ab");
    }

    #[test]
    fn where_it_runs_is_what_the_environment_says() {
        let set = [("NODE_NAME", "n"), ("HOSTNAME", "h"), ("VORTEX_ZONE", "z")];
        let found = Metadata::of(&of(&set), &|| Some("shop\n".to_owned()));
        let expected = Metadata {
            host: "n".to_owned(),
            namespace: "shop".to_owned(),
            zone: "z".to_owned(),
            app_version: String::new(),
        };
        assert_eq!(found, expected);
        let set = [("POD_NAMESPACE", "pay")];
        assert_eq!(Metadata::of(&of(&set), &|| None).namespace, "pay");
    }
}
