//! Kills, power cuts and failing syncs: what was acknowledged stays, and nothing is ever half.
//!
//! `VORTEX_SEED` repeats a run; `VORTEX_SOAK=1` tries ten times as often.

#![allow(clippy::expect_used)] // A fixture that fails has failed the test.
#![allow(clippy::print_stdout)] // Seeds, and what a writing process tells.

mod disk;
mod history;
mod kill;
mod lost;
mod no_room;
mod power;
mod preload;
mod switch;
mod sync_failure;
mod writer;

/// The seed of a random test, printed so that a failure can be repeated.
fn seed(test: &str) -> u64 {
    let given = std::env::var("VORTEX_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("{test}: VORTEX_SEED={seed}");
    seed
}

/// How often something random is tried.
fn rounds(usual: u32) -> u32 {
    if std::env::var_os("VORTEX_SOAK").is_some() {
        usual * 10
    } else {
        usual
    }
}
