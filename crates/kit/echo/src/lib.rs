//! A small gRPC service for the kit's tests and benchmarks.
#![allow(missing_docs, unreachable_pub)] // generated code

tonic::include_proto!("kit.echo.v1");

/// The encoded `FileDescriptorSet` of the service.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/echo.bin"));
