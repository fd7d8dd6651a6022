//! How random tests are seeded and how long they go on.

/// The seed of a random test, printed so that a failure can be repeated.
pub(crate) fn seed(test: &str) -> u64 {
    let given = std::env::var("VORTEX_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("{test}: VORTEX_SEED={seed}");
    seed
}

/// How often something random is tried.
pub(crate) fn rounds(usual: u32) -> u32 {
    if std::env::var_os("VORTEX_SOAK").is_some() {
        usual * 10
    } else {
        usual
    }
}
