//! Reads repositories that the real `git` program made.

#![allow(clippy::unwrap_used, reason = "a test whose set-up fails has failed")]

mod commits;
mod damage;
mod files;
mod http;
mod labels;
mod remote;
mod work;
