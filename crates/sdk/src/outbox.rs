//! What is on its way: figures count once, and reports are numbered without gaps. Pure.

use crate::figures::Figures;

/// The report that is on its way, if there is one, and the number of the last that was taken.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    taken: u64,
    on_its_way: Option<OnItsWay>,
}

#[derive(Debug)]
struct OnItsWay {
    figures: Figures,
    /// How often it was sent. After the first time, nobody knows whether it has arrived.
    times: u32,
}

impl Outbox {
    /// The number of the next report, and its figures: all that are `pending`, or those of the last
    /// one if nobody knows whether it arrived. Then the report is that one again, under its number,
    /// by which a server can tell that it has counted it.
    pub(crate) fn pack(&mut self, pending: &mut Figures) -> (u64, &Figures) {
        let packed = self.on_its_way.get_or_insert_with(|| OnItsWay {
            figures: std::mem::take(pending),
            times: 0,
        });
        packed.times = packed.times.saturating_add(1);
        (self.taken + 1, &packed.figures)
    }

    /// Whether the next report is one that may have arrived already.
    pub(crate) fn repeats(&self) -> bool {
        self.on_its_way.is_some()
    }

    /// The report was taken.
    pub(crate) fn delivered(&mut self) {
        self.taken += 1;
        self.on_its_way = None;
    }

    /// The report was not taken, for certain: its figures go with the next one, unless an earlier
    /// try of it may have been.
    pub(crate) fn returned(&mut self, pending: &mut Figures) {
        if let Some(packed) = self.on_its_way.take_if(|packed| packed.times == 1) {
            pending.merge(packed.figures);
        }
    }

    /// The server does not want the report as it is: its figures go nowhere.
    pub(crate) fn rejected(&mut self) {
        self.on_its_way = None;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn record(figures: &mut Figures) {
        figures.record(&[], Duration::from_millis(1), true);
    }

    #[test]
    fn a_report_of_unknown_fate_is_sent_again_as_it_was() {
        let (mut outbox, mut pending) = (Outbox::default(), Figures::default());
        record(&mut pending);
        assert!(!outbox.repeats());
        let (sequence, first) = outbox.pack(&mut pending);
        let first = (sequence, first.clone());
        record(&mut pending);
        assert!(outbox.repeats());
        let (sequence, again) = outbox.pack(&mut pending);
        assert_eq!((sequence, again.clone()), first);
        outbox.delivered();
        let (sequence, figures) = outbox.pack(&mut pending);
        assert_eq!((sequence, figures.plain.requests), (2, 1));
    }

    #[derive(Clone, Copy, Debug)]
    enum Fate {
        Taken,
        /// Taken, but the answer is lost.
        TakenUnheard,
        Lost,
        Returned,
    }

    fn fate() -> impl Strategy<Value = Fate> {
        prop_oneof![
            Just(Fate::Taken),
            Just(Fate::TakenUnheard),
            Just(Fate::Lost),
            Just(Fate::Returned)
        ]
    }

    proptest! {
        /// A server that skips a number it has taken counts each request once, and sees no gap.
        #[test]
        fn every_request_counts_once_whatever_becomes_of_reports(
            reports in prop::collection::vec((0_u64..5, fate()), 1..40),
        ) {
            let (mut outbox, mut pending) = (Outbox::default(), Figures::default());
            let (mut made, mut counted, mut last) = (0, 0, 0);
            for (requests, fate) in reports.into_iter().chain([(0, Fate::Taken), (0, Fate::Taken)]) {
                (0..requests).for_each(|_| record(&mut pending));
                made += requests;
                let (sequence, figures) = outbox.pack(&mut pending);
                if matches!(fate, Fate::Taken | Fate::TakenUnheard) && sequence > last {
                    prop_assert_eq!(sequence, last + 1);
                    last = sequence;
                    counted += figures.plain.requests;
                }
                match fate {
                    Fate::Taken => outbox.delivered(),
                    Fate::TakenUnheard | Fate::Lost => {}
                    Fate::Returned => outbox.returned(&mut pending),
                }
            }
            prop_assert_eq!(counted, made);
        }
    }
}
