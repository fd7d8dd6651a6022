//! Reads from the descriptors whether each method streams, whether it is idempotent, and what it
//! needs of its caller.

use std::{collections::HashMap, sync::Arc};

use prost::Message;

use super::{
    descriptors::{self, File, FileSet, Options},
    rule::{InvalidRule, Rule},
};

/// Descriptors that a server or a channel can't be made from.
#[derive(Debug, thiserror::Error)]
pub enum InvalidDescriptors {
    /// The bytes are no `google.protobuf.FileDescriptorSet`.
    #[error("invalid descriptor set")]
    Bytes(#[from] prost::DecodeError),
    /// What a method says of its access can't be enforced.
    #[error("the access of {path} is not valid: {why}")]
    Access {
        /// The method.
        path: String,
        /// Why not.
        why: InvalidRule,
    },
}

/// The facts of a method's descriptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Method {
    /// Whether the request is a stream.
    pub client_streaming: bool,
    /// Whether the response is a stream.
    pub server_streaming: bool,
    /// Whether `option idempotency_level` says that a call may be repeated.
    pub idempotent: bool,
    /// Whether it says that a call changes nothing.
    pub read_only: bool,
}

impl Method {
    /// One request and one response.
    pub(crate) fn is_unary(&self) -> bool {
        !self.client_streaming && !self.server_streaming
    }
}

/// Methods by path: `/vortex.config.v1.ConfigService/GetConfig`.
#[derive(Clone, Debug, Default)]
pub struct Methods(HashMap<String, Described>);

/// A method, and what it needs of its caller if its descriptor says so.
#[derive(Clone, Debug)]
struct Described {
    method: Method,
    rule: Option<Arc<Rule>>,
}

impl Methods {
    /// The methods of an encoded descriptor set.
    ///
    /// # Errors
    /// When the bytes are none, or an option of access can't be enforced.
    pub fn from_descriptors(bytes: &[u8]) -> Result<Self, InvalidDescriptors> {
        let set = FileSet::decode(bytes)?;
        let mut methods = HashMap::new();
        for file in &set.file {
            for service in &file.service {
                let service_name = qualified(&file.package, &service.name);
                for method in &service.method {
                    let path = format!("/{service_name}/{}", method.name);
                    let described = describe(method, &path, &set.file)?;
                    methods.insert(path, described);
                }
            }
        }
        Ok(Self(methods))
    }

    /// The method at a path, if it is described.
    pub fn get(&self, path: &str) -> Option<Method> {
        self.0.get(path).map(|described| described.method)
    }

    /// What the method at a path needs of its caller, if its descriptor says so.
    pub fn rule(&self, path: &str) -> Option<&Arc<Rule>> {
        self.0.get(path)?.rule.as_ref()
    }

    /// The paths of all methods.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Method, Option<&Arc<Rule>>)> {
        let described = self.0.iter();
        described
            .map(|(path, described)| (path.as_str(), described.method, described.rule.as_ref()))
    }
}

pub(super) fn qualified(package: &str, service: &str) -> String {
    match package {
        "" => service.to_owned(),
        package => format!("{package}.{service}"),
    }
}

fn describe(
    method: &descriptors::Method,
    path: &str,
    files: &[File],
) -> Result<Described, InvalidDescriptors> {
    let options = method.options.clone().unwrap_or_default();
    let level = options.idempotency_level;
    let rule = options.access.as_ref();
    let rule = rule.map(|access| Rule::read(access, &method.input_type, files));
    let rule = rule.transpose().map_err(|why| {
        let path = path.to_owned();
        InvalidDescriptors::Access { path, why }
    })?;
    Ok(Described {
        method: Method {
            client_streaming: method.client_streaming,
            server_streaming: method.server_streaming,
            idempotent: level != 0,
            read_only: level == Options::NO_SIDE_EFFECTS,
        },
        rule: rule.map(Arc::new),
    })
}
