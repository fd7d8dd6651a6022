//! How much longer than usual the parts of an ingest are on their way.

use super::Tenths;

/// For how long the shortest way is remembered, at least: an hour, in which two clocks of which none
/// is set go apart by less than a second.
const REMEMBERED: u32 = 3_600 * 10;

/// The ways that the parts of an ingest took. How far apart its clock and ours are is not known, so
/// they are compared with the shortest of late.
#[derive(Debug, Default)]
pub(super) struct Delay {
    /// The shortest way, with that distance: in this hour, and in the one before.
    least: Option<i64>,
    before: Option<i64>,
    since: Tenths,
}

impl Delay {
    /// How much longer than the shortest way a window that was closed then took, in tenths of a
    /// second. 0 where it is not said when that was.
    pub(super) fn late(&mut self, closed: u64, now: Tenths) -> u32 {
        let Some(closed) = i64::try_from(closed).ok().filter(|closed| *closed > 0) else {
            return 0;
        };
        let way = i64::from(now.0) - closed;
        if now.since(self.since) > REMEMBERED {
            (self.before, self.least, self.since) = (self.least, None, now);
        }
        let least = self.least.map_or(way, |least| least.min(way));
        self.least = Some(least);
        let least = self.before.map_or(least, |before| least.min(before));
        u32::try_from(way - least).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_longer_than_the_shortest_way_is_late() {
        let mut delay = Delay::default();
        let ways = [
            (1_000, 5_007),
            (1_050, 5_055),
            (1_100, 5_190),
            (1_150, 5_190),
        ];
        let late = ways.map(|(closed, now)| delay.late(closed, Tenths(now)));
        assert_eq!(late, [0, 0, 85, 35]);
        assert_eq!(delay.late(0, Tenths(9_000)), 0);
        assert_eq!(delay.late(u64::MAX, Tenths(9_000)), 0);
    }

    #[test]
    fn clocks_that_go_apart_make_nothing_late() {
        let mut delay = Delay::default();
        for second in 1..1_000_000_u32 {
            // theirs loses a tenth of a second in 1,000 s
            let closed = 10 * second - second / 1_000;
            let late = delay.late(closed.into(), Tenths(10 * second));
            assert!(late <= 8, "{late} tenths after {second} s");
        }
    }
}
