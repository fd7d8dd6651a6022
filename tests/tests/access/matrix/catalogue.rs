//! What there is: every method of our services, as their descriptors say.

use std::collections::BTreeMap;

use prost::Message;

use super::expected::Where;

/// What a method's descriptor says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) role: &'static str,
    pub(super) place: Where,
}

/// Every method by its path, such as `vortex.config.v1.ConfigService/GetConfig`.
pub(super) fn methods() -> BTreeMap<String, Described> {
    let files = Files::decode(vortex_proto::DESCRIPTORS).unwrap();
    let mut methods = BTreeMap::new();
    for file in files.files {
        for service in file.services {
            for method in service.methods {
                let path = format!("{}.{}/{}", file.package, service.name, method.name);
                let access = method.options.and_then(|options| options.access);
                let described = access.unwrap_or_else(|| panic!("{path} has no option"));
                methods.insert(path, described.read());
            }
        }
    }
    methods
}

impl Access {
    fn read(&self) -> Described {
        let roles = ["reader", "writer", "operator", "agent", "peer", "admin"];
        Described {
            role: roles[usize::try_from(self.role).unwrap() - 1],
            place: match self.scope {
                1 | 2 => Where::Named,
                3 => Where::Anywhere,
                4 => Where::Everywhere,
                other => panic!("{other} is no kind of scope"),
            },
        }
    }
}

// `prost-types` drops options that it does not know

#[derive(Clone, PartialEq, Message)]
struct Files {
    #[prost(message, repeated, tag = "1")]
    files: Vec<File>,
}

#[derive(Clone, PartialEq, Message)]
struct File {
    #[prost(string, tag = "2")]
    package: String,
    #[prost(message, repeated, tag = "6")]
    services: Vec<Service>,
}

#[derive(Clone, PartialEq, Message)]
struct Service {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    methods: Vec<Method>,
}

#[derive(Clone, PartialEq, Message)]
struct Method {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "4")]
    options: Option<Options>,
}

#[derive(Clone, PartialEq, Message)]
struct Options {
    #[prost(message, optional, tag = "50100")]
    access: Option<Access>,
}

#[derive(Clone, PartialEq, Message)]
struct Access {
    #[prost(int32, tag = "1")]
    role: i32,
    #[prost(int32, tag = "2")]
    scope: i32,
}
