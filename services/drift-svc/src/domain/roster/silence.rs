//! Who of each arm has been silent of late, so that an outage is not taken for a canary's fault.
//!
//! When a network is cut, instances are missed one after another, within one interval, and when it is
//! mended they come back in any order. A canary of few is then all silent for a while beside a stable
//! arm that is not, which says nothing about the canary. So those of the canary count that have been
//! silent for an interval more, and of stable as many as were at once within some intervals.

use std::collections::VecDeque;

use super::{Tally, tally::Silent};
use crate::domain::Tenths;

/// The parts of an interval that are told apart.
const PARTS: u32 = 4;
/// For how many of them instances of a canary have to be silent: an interval, its jitter, and the
/// time of a window.
const LASTING: u32 = 6;
/// For how many of them silent instances of stable are remembered: five intervals.
const REMEMBERED: u32 = 20;

/// How many instances of each combination of arms were silent of late.
#[derive(Debug, Default)]
pub(super) struct Silence {
    spans: VecDeque<Span>,
    /// The part of an interval that a span lasts for, in tenths of a second.
    part: u32,
}

/// A span of time.
#[derive(Clone, Copy, Debug)]
struct Span {
    began: Tenths,
    /// How many were silent at all times of it.
    least: Silent,
    /// How many were silent at once.
    most: Silent,
}

impl Silence {
    /// Notes how many are silent now, where instances report at this interval.
    pub(super) fn note(&mut self, tally: &Tally, interval: u16, now: Tenths) {
        self.part = (u32::from(interval) / PARTS).max(1);
        let silent = tally.silent();
        match self.spans.back_mut() {
            Some(span) if now.since(span.began) < self.part => {
                span.least = each(span.least, silent, u32::min);
                span.most = each(span.most, silent, u32::max);
            }
            _ => self.spans.push_back(Span {
                began: now,
                least: silent,
                most: silent,
            }),
        }
        // one that began before is needed to know that what is remembered reaches so far
        let is_old = |span: &Span| now.since(span.began) > self.part * REMEMBERED;
        while self.spans.get(1).is_some_and(is_old) {
            self.spans.pop_front();
        }
    }

    /// Forgets what was: arms mean something else from now on.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
    }

    /// How many are silent now, and have been for an interval.
    pub(super) fn lasting(&self, tally: &Tally, now: Tenths) -> Silent {
        let begins = now.minus(self.part * LASTING);
        let is_long = self.spans.front().is_some_and(|span| span.began <= begins);
        if !is_long {
            return Silent::default();
        }
        // of those that began before, the last one reaches into it
        let before = self.spans.iter().rposition(|span| span.began <= begins);
        let within = self.spans.iter().skip(before.unwrap_or_default());
        within.fold(tally.silent(), |least, span| {
            each(least, span.least, u32::min)
        })
    }

    /// How many are silent, or were at once a short while ago.
    pub(super) fn remembered(&self, tally: &Tally) -> Silent {
        let spans = self.spans.iter();
        spans.fold(tally.silent(), |most, span| each(most, span.most, u32::max))
    }
}

fn each(one: Silent, other: Silent, choose: fn(u32, u32) -> u32) -> Silent {
    std::array::from_fn(|arms| choose(one[arms], other[arms]))
}
