//! Kills, power cuts and failing syncs: what was acknowledged stays, whole, and once.

mod kill;
mod ledger;
mod operations;
mod power;
mod process;
mod served;
mod served_keys;
mod sync_failure;
