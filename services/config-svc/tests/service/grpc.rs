//! The whole service, each test in process and over TCP.

mod alike;
mod bad_reads;
mod bad_writes;
mod ciphers;
mod damaged;
mod freezes;
mod gauges;
mod history;
mod keys;
mod large;
mod node;
mod overrides;
mod ownership;
mod pages;
mod reads;
mod requests;
mod splits;
mod writes;

pub(crate) use node::{Node, Way, both_ways, change, connect, document, put, settings, written};
