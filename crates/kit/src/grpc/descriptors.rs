//! What is read of descriptors: the few fields that matter here, our option among them.
//!
//! The types of `prost-types` drop options that they don't know, so these stand in their place; the
//! numbers are those of `google/protobuf/descriptor.proto` and `vortex/access/v1/options.proto`.

use prost::Message;

/// `google.protobuf.FileDescriptorSet`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct FileSet {
    #[prost(message, repeated, tag = "1")]
    pub(super) file: Vec<File>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct File {
    #[prost(string, tag = "2")]
    pub(super) package: String,
    #[prost(message, repeated, tag = "4")]
    pub(super) message_type: Vec<MessageType>,
    #[prost(message, repeated, tag = "6")]
    pub(super) service: Vec<Service>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct MessageType {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, repeated, tag = "2")]
    pub(super) field: Vec<Field>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Field {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(uint32, tag = "3")]
    pub(super) number: u32,
    #[prost(int32, tag = "4")]
    pub(super) label: i32,
    #[prost(int32, tag = "5")]
    pub(super) r#type: i32,
    /// Of messages: `.package.Name`.
    #[prost(string, tag = "6")]
    pub(super) type_name: String,
    #[prost(uint32, optional, tag = "9")]
    pub(super) oneof_index: Option<u32>,
}

impl Field {
    const REPEATED: i32 = 3;
    const STRING: i32 = 9;
    const MESSAGE: i32 = 11;

    pub(super) fn is_repeated(&self) -> bool {
        self.label == Self::REPEATED
    }

    pub(super) fn is_string(&self) -> bool {
        self.r#type == Self::STRING
    }

    pub(super) fn is_message(&self) -> bool {
        self.r#type == Self::MESSAGE
    }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Service {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, repeated, tag = "2")]
    pub(super) method: Vec<Method>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Method {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) input_type: String,
    #[prost(string, tag = "3")]
    pub(super) output_type: String,
    #[prost(message, optional, tag = "4")]
    pub(super) options: Option<Options>,
    #[prost(bool, tag = "5")]
    pub(super) client_streaming: bool,
    #[prost(bool, tag = "6")]
    pub(super) server_streaming: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Options {
    #[prost(int32, tag = "34")]
    pub(super) idempotency_level: i32,
    #[prost(message, optional, tag = "50100")]
    pub(super) access: Option<Access>,
}

impl Options {
    pub(super) const NO_SIDE_EFFECTS: i32 = 1;
}

/// `vortex.access.v1.Access`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Access {
    #[prost(int32, tag = "1")]
    pub(super) role: i32,
    #[prost(int32, tag = "2")]
    pub(super) scope: i32,
    #[prost(string, tag = "3")]
    pub(super) label: String,
    #[prost(string, tag = "4")]
    pub(super) app: String,
    #[prost(string, tag = "5")]
    pub(super) profile: String,
}
