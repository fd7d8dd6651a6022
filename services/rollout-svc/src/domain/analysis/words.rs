//! Formats figures for people.

use std::{fmt, time::Duration};

use super::{Tally, Verdict};

/// A measured part of one, as a percentage: `8.0 %`, `0.48 %`.
pub(super) struct Percent(pub(super) f64);

/// A part of one that was set, as a percentage: `5 %`, `0.5 %`.
pub(super) struct Threshold(pub(super) f64);

/// A probability: `p = 0.003`.
pub(super) struct Probability(pub(super) f64);

/// A duration in milliseconds: `412 ms`.
pub(super) struct Milliseconds(pub(super) Duration);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        let digits = if percent == 0.0 || percent >= 0.995 {
            1
        } else {
            2
        };
        write!(f, "{percent:.digits$} %")
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded, since 100 times 0.07 is not exactly 7.
        write!(f, "{} %", (self.0 * 1e8).round() / 1e6)
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0.001 {
            return f.write_str("p < 0.001");
        }
        write!(f, "p = {:.3}", self.0)
    }
}

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_secs_f64() * 1e3;
        let digits = if milliseconds < 10.0 { 1 } else { 0 };
        write!(f, "{milliseconds:.digits$} ms")
    }
}

/// `8.0 % of 412 requests`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.requests;
        write!(f, "{} of {requests} requests", Percent(self.error_rate()))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::NoData => "NO_DATA",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Fail => "FAIL",
        })
    }
}
