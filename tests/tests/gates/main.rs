//! Rollouts that a real Prometheus judges, which scrapes programs with the library for applications,
//! and webhooks. Left out, and said so, where there is no `prometheus`.

#![allow(clippy::expect_used, clippy::print_stderr, clippy::unwrap_used)] // all of this is test code

mod judged;
mod program;
mod prometheus;
mod scene;
mod webhook;
