//! How numbers and names of fleets are printed.

use vortex_rest::StateCounts;

use crate::console::printable;

/// `orders/prod on main`
pub(super) fn named(app: &str, profile: &str, label: &str) -> String {
    printable(&format!("{app}/{profile} on {label}"))
}

/// The states that there are instances in, by how much they matter: `52 drifted, 890 in sync`.
pub(super) fn states(counts: &StateCounts) -> String {
    let states = counted(counts).into_iter();
    let told = states.filter(|(_, instances)| *instances > 0);
    let told = told.map(|(state, instances)| format!("{instances} {state}"));
    told.collect::<Vec<_>>().join(", ")
}

fn counted(counts: &StateCounts) -> [(&'static str, u64); 8] {
    [
        ("failed", counts.failed),
        ("drifted", counts.drifted),
        ("of an unknown version", counts.unknown_version),
        ("stale", counts.stale),
        ("ahead", counts.ahead),
        ("pending", counts.pending),
        ("canary", counts.canary),
        ("in sync", counts.in_sync),
    ]
}

/// How many don't run what they should, of those that a drift ratio is of.
pub(super) fn wrong(counts: &StateCounts) -> u64 {
    counts.drifted + counts.failed + counts.unknown_version
}

/// A ratio as a percentage, to two decimals where it has them: `5.3%`.
pub(super) fn ratio(ratio: f64) -> String {
    percent(ratio * 100.0)
}

/// A percentage, to two decimals where it has them.
pub(super) fn percent(percentage: f64) -> String {
    let text = format!("{percentage:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}

/// `1 instance`, `2 instances`.
pub(super) fn instances(number: u64) -> String {
    match number {
        1 => "1 instance".to_owned(),
        number => format!("{number} instances"),
    }
}

/// The option that says on which label a command is; none for the server's default.
pub(super) fn on(label: &str) -> String {
    match label {
        "" | "main" => String::new(),
        label => format!(" --label {label}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_without_instances_are_left_out_and_what_is_wrong_comes_first() {
        let counts = StateCounts {
            in_sync: 890,
            drifted: 52,
            failed: 1,
            unknown_version: 2,
            ..StateCounts::default()
        };
        assert_eq!(
            states(&counts),
            "1 failed, 52 drifted, 2 of an unknown version, 890 in sync"
        );
        assert_eq!(wrong(&counts), 55);
        assert_eq!(states(&StateCounts::default()), "");
    }

    #[test]
    fn a_ratio_has_no_more_decimals_than_it_needs() {
        for (given, shown) in [
            (0.0, "0%"),
            (0.053, "5.3%"),
            (1.0, "100%"),
            (0.12345, "12.35%"),
        ] {
            assert_eq!(ratio(given), shown);
        }
    }
}
