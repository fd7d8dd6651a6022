//! Reads from the descriptors whether each method streams and whether it is idempotent.

use std::collections::HashMap;

use prost::Message;
use prost_types::{FileDescriptorSet, MethodDescriptorProto, method_options::IdempotencyLevel};

/// The bytes are no `google.protobuf.FileDescriptorSet`.
#[derive(Debug, thiserror::Error)]
#[error("invalid descriptor set")]
pub struct InvalidDescriptors(#[from] prost::DecodeError);

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
pub struct Methods(HashMap<String, Method>);

impl Methods {
    /// The methods of an encoded descriptor set.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn from_descriptors(bytes: &[u8]) -> Result<Self, InvalidDescriptors> {
        let set = FileDescriptorSet::decode(bytes)?;
        let mut methods = HashMap::new();
        for file in &set.file {
            for service in &file.service {
                let service_name = qualified(file.package(), service.name());
                for method in &service.method {
                    let path = format!("/{service_name}/{}", method.name());
                    methods.insert(path, describe(method));
                }
            }
        }
        Ok(Self(methods))
    }

    /// The method at a path, if it is described.
    pub fn get(&self, path: &str) -> Option<Method> {
        self.0.get(path).copied()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Method)> {
        self.0.iter().map(|(path, method)| (path.as_str(), *method))
    }
}

fn qualified(package: &str, service: &str) -> String {
    match package {
        "" => service.to_owned(),
        package => format!("{package}.{service}"),
    }
}

fn describe(method: &MethodDescriptorProto) -> Method {
    let options = method.options.as_ref();
    let level = options
        .map(|options| options.idempotency_level())
        .unwrap_or_default();
    Method {
        client_streaming: method.client_streaming(),
        server_streaming: method.server_streaming(),
        idempotent: level != IdempotencyLevel::IdempotencyUnknown,
        read_only: level == IdempotencyLevel::NoSideEffects,
    }
}
