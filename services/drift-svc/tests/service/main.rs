//! The service over a real config-svc. Its clock stands still until a test moves it.

#![allow(clippy::expect_used, clippy::unwrap_used)] // A fixture that fails has failed the test.

mod alerts;
mod arms;
mod mesh;
mod pages;
mod refused;
mod releases;
mod remediation;
