//! The rules of rollouts, each by its number in ADR 11 where it has one.

mod answers;
mod breaker;
mod concerns;
mod filter;
mod freezes;
mod instances;
mod invariants;
mod outage;
mod plan;
mod raised;
mod rules;
mod sample;
mod silence;
mod simulation;
mod split;
mod supersede;
mod windows;
