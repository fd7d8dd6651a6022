//! The real command against a real HTTP server that answers as told.

mod apply;
mod command;
mod contexts;
mod documents;
mod failures;
mod gateway;
mod release;
mod terminal;
mod watch;
