//! REST in front of the gRPC mesh: Spring Cloud Config's routes and `/api`, each a translation of
//! one gRPC call over a [`Channel`](vortex_kit::channel::Channel), in process or over a network.

mod api;
mod config;
mod extract;
mod gateway;
mod json;
mod percent;
mod problem;
mod reach;
mod rest;
mod services;
mod spring;
mod stamp;
mod time;

pub use api::document as openapi;
pub use config::{InvalidNetwork, InvalidPrefix, Network, ProcessSettings, Settings, SpringPrefix};
pub use gateway::{ABOUT, Gateway, StartError, start};
pub use rest::Rest;
