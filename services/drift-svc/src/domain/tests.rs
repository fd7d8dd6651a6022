//! The rules, tested as a whole.

mod alerts;
mod arms;
mod invariants;
mod protection;
mod sample;
mod states;
