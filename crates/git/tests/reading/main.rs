//! Reads repositories that the real `git` program made.

#![allow(clippy::unwrap_used, reason = "a test whose set-up fails has failed")]
#![allow(clippy::print_stdout, reason = "what a reading process tells")]

mod broken;
mod commits;
mod damage;
mod files;
mod http;
mod https;
mod labels;
mod remote;
mod work;
