//! Measures how long the choice of an arm takes: `cargo bench -p vortex-bucket`.

use std::hint::black_box;

use criterion::Criterion;
use vortex_bucket::{Seed, Share, arm};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let seed = Seed::of("0199a0c4-77a3-7bb2-9d52-0f6c1f0a7e11");
    let share = Share::from_hundredths(500).unwrap_or(Share::FULL);
    for key in [
        "10.42.7.13",
        "order-service-6d5f8c9b7-x2v4q",
        "order-service.shop.svc.cluster.local:7c9e6679-7425-40de-944b-e07fc1f90ae7",
    ] {
        criterion.bench_function(&format!("arm of a key of {} bytes", key.len()), |bencher| {
            bencher.iter(|| arm(black_box(seed), black_box(share), black_box(key)));
        });
    }
    criterion.final_summary();
}
