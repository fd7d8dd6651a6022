//! REST in front of the gRPC mesh: Spring Cloud Config's routes and `/api`, each a translation of
//! one gRPC call over a [`Channel`](vortex_kit::channel::Channel), in process or over a network.

mod answer;
mod api;
mod clients;
mod extract;
mod feeds;
mod floor;
mod gateway;
#[doc(hidden)]
pub mod parts;
mod problem;
mod serve;
mod settings;
mod sockets;
mod spring;
mod views;

pub use gateway::{ABOUT, Gateway, StartError, start};
pub use serve::document as openapi;
pub use settings::{
    InvalidNetwork, InvalidPrefix, InvalidSecret, Network, ProcessSettings, Settings, SpringPrefix,
    WebhookSecret,
};
