//! R19: a slice is judged by what queries and webhooks are asked at its end, each answer counts
//! once, and nobody's silence passes.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use vortex_bucket::{Arm, Share};
use vortex_sketch::Sketch;

use crate::domain::analysis::{
    Analysis, Application, Decision, Figures, Finding, Judged, JudgedStage, NoValue, Phase,
    QueryEvidence, QueryLimits, Sample, Samples, Settings, Verdict, WebhookEvidence,
    WebhookFinding,
};

const INTERVAL: u64 = 30;

fn stage(settings: &Settings) -> JudgedStage<'_> {
    JudgedStage {
        settings,
        share: Share::from_hundredths(100).unwrap(),
        min_duration: Duration::ZERO,
        is_asked: true,
    }
}

/// No requests are needed.
fn settings() -> Settings {
    Settings {
        min_requests: 0,
        ..Settings::default()
    }
}

fn at(second: u64) -> Duration {
    Duration::from_secs(second)
}

fn orders() -> Application {
    Application::new("orders")
}

fn analysis() -> Analysis {
    Analysis::begin([orders()]).unwrap()
}

/// What a query for at most 1 says.
fn query(sample: Sample) -> Finding {
    let limits = QueryLimits {
        max: Some(1.0),
        ..QueryLimits::default()
    };
    let samples = Samples {
        canary: sample,
        stable: None,
    };
    let no_value = NoValue::Hold;
    Finding::Query(QueryEvidence::judge("rate", &limits, no_value, &samples))
}

fn passing() -> Finding {
    query(Ok(Some(0.5)))
}

fn failing() -> Finding {
    query(Ok(Some(2.0)))
}

fn away() -> Finding {
    query(Err("away".to_owned()))
}

fn answer(analysis: &mut Analysis, asked: u64, findings: Vec<Finding>) {
    analysis.see_answers(BTreeMap::from([(orders(), findings)]), at(asked));
}

fn report(analysis: &mut Analysis, stage: &JudgedStage<'_>, second: u64) -> Vec<Judged> {
    let figures = Figures::new(1_000, 0, Sketch::default()).unwrap();
    let closed = analysis.report(&orders(), Arm::Canary, figures, stage, at(second));
    closed.unwrap()
}

#[test]
fn a_slice_waits_for_what_is_asked_at_its_end() {
    let settings = Settings::default();
    let stage = JudgedStage {
        share: Share::FULL,
        ..stage(&settings)
    };
    let mut analysis = analysis();
    report(&mut analysis, &stage, 10);
    assert_eq!(analysis.advance(&stage, at(31)), []);
    // what comes meanwhile makes the slice no longer
    assert_eq!(report(&mut analysis, &stage, 32), []);
    answer(&mut analysis, 30, vec![passing()]);
    let closed = analysis.advance(&stage, at(33));
    assert_eq!(closed.len(), 1);
    assert_eq!((closed[0].start, closed[0].end), (at(0), at(30)));
    assert_eq!(closed[0].findings.len(), 2);
    assert_eq!(closed[0].verdict(), Verdict::Pass);
    assert_eq!(analysis.advance(&stage, at(59)), []);
}

#[test]
fn an_answer_from_before_the_end_of_a_slice_does_not_pass_it() {
    let settings = settings();
    let stage = stage(&settings);
    let mut analysis = analysis();
    answer(&mut analysis, 29, vec![passing()]);
    assert_eq!(analysis.advance(&stage, at(31)), []);
    answer(&mut analysis, 31, vec![passing()]);
    assert_eq!(analysis.advance(&stage, at(31)).len(), 1);
}

#[test]
fn queries_alone_promote_and_roll_back_where_no_requests_are_needed() {
    let settings = settings();
    let stage = stage(&settings);
    let mut analysis = analysis();
    answer(&mut analysis, 30, vec![passing()]);
    let closed = analysis.advance(&stage, at(30));
    assert_eq!(closed[0].findings, [passing()]);
    assert_eq!(
        analysis.decide(&stage, at(30), Phase::Running),
        Decision::Promote
    );
    for end in [60, 90] {
        answer(&mut analysis, end, vec![failing()]);
        assert_eq!(analysis.advance(&stage, at(end)).len(), 1);
    }
    let Decision::RollBack(cause) = analysis.decide(&stage, at(90), Phase::Running) else {
        panic!("it goes on");
    };
    let told = "2 slices in a row failed: query rate: 2 in orders, above 1";
    assert_eq!(cause.to_string(), told);
}

#[test]
fn without_requests_that_are_needed_a_query_alone_passes_nothing() {
    let settings = Settings::default();
    let stage = stage(&settings);
    let mut analysis = analysis();
    for interval in 1..=10 {
        answer(&mut analysis, INTERVAL * interval, vec![passing()]);
        let closed = analysis.advance(&stage, at(INTERVAL * interval));
        assert_eq!(closed.len(), usize::from(interval == 10));
        assert!(
            closed
                .iter()
                .all(|slice| slice.verdict() == Verdict::NoData)
        );
    }
}

#[test]
fn a_failure_closes_a_slice_that_lacks_requests() {
    let settings = Settings::default();
    let stage = stage(&settings);
    let mut analysis = analysis();
    answer(&mut analysis, 30, vec![failing()]);
    let closed = analysis.advance(&stage, at(31));
    assert_eq!(
        (closed[0].end, closed[0].verdict()),
        (at(30), Verdict::Fail)
    );
    assert_eq!(analysis.advance(&stage, at(59)), []);
}

#[test]
fn five_slices_without_an_answer_pause_and_are_counted_apart() {
    let settings = Settings {
        no_data_limit: 1,
        ..settings()
    };
    let stage = stage(&settings);
    let mut analysis = analysis();
    for end in (1..=5).map(|interval| INTERVAL * interval) {
        let decided = analysis.decide(&stage, at(end), Phase::Running);
        assert_eq!(decided, Decision::Hold);
        answer(&mut analysis, end, vec![away(), passing()]);
        assert_eq!(analysis.advance(&stage, at(end)).len(), 1);
    }
    let Decision::Pause(cause) = analysis.decide(&stage, at(150), Phase::Running) else {
        panic!("it goes on");
    };
    let told = "in 5 slices in a row a query or a webhook had no answer: query rate: no answer for \
                orders: away";
    assert_eq!(cause.to_string(), told);
}

#[test]
fn who_is_never_asked_is_said_after_two_intervals() {
    let settings = settings();
    let stage = stage(&settings);
    let mut analysis = analysis();
    assert_eq!(analysis.advance(&stage, at(89)), []);
    let closed = analysis.advance(&stage, at(3_600));
    // one slice, however long nobody was asked
    assert_eq!(closed.len(), 1);
    assert_eq!((closed[0].start, closed[0].end), (at(0), at(3_600)));
    assert_eq!(closed[0].verdict(), Verdict::NoData);
    assert!(closed[0].is_unanswered());
}

#[test]
fn what_says_to_wait_pauses_after_a_while() {
    let settings = Settings {
        inconclusive_limit: 2,
        ..settings()
    };
    let stage = stage(&settings);
    let mut analysis = analysis();
    let waits = || {
        Finding::Webhook(WebhookEvidence {
            gate: "smoke".to_owned(),
            finding: WebhookFinding::Waits,
            message: "still running".to_owned(),
        })
    };
    for end in [30, 60] {
        answer(&mut analysis, end, vec![passing(), waits()]);
        analysis.advance(&stage, at(end));
    }
    let Decision::Pause(cause) = analysis.decide(&stage, at(60), Phase::Running) else {
        panic!("it goes on");
    };
    let told = "2 slices in a row were inconclusive: webhook smoke: says to wait for orders: still \
                running";
    assert_eq!(cause.to_string(), told);
}

#[test]
fn an_answer_from_before_a_resume_is_not_counted_after_it() {
    let settings = settings();
    let stage = stage(&settings);
    let mut analysis = analysis();
    answer(&mut analysis, 31, vec![failing()]);
    analysis.resume(at(40));
    answer(&mut analysis, 35, vec![failing()]);
    assert_eq!(analysis.advance(&stage, at(71)), []);
}

proptest! {
    /// Answers come late or never, reports at any time: slices follow each other, each is of whole
    /// intervals, none is judged by an answer from before its end, and each answer counts once.
    #[test]
    fn slices_follow_each_other_whatever_is_late(
        needed in prop_oneof![Just(0_u64), Just(1), Just(5_000)],
        events in prop::collection::vec((1..40_u64, 0..4_u8, 0..50_u64), 1..80),
    ) {
        let settings = Settings { min_requests: needed, ..Settings::default() };
        let stage = stage(&settings);
        let mut analysis = analysis();
        let (mut now, mut end, mut answers) = (0, Duration::ZERO, 0);
        for (later, what, ago) in events {
            now += later;
            let closed = match what {
                0 => report(&mut analysis, &stage, now),
                1 | 2 => {
                    answers += 1;
                    let finding = if what == 1 { passing() } else { failing() };
                    answer(&mut analysis, now.saturating_sub(ago), vec![finding]);
                    analysis.advance(&stage, at(now))
                }
                _ => analysis.advance(&stage, at(now)),
            };
            for slice in closed {
                prop_assert_eq!(slice.start, end);
                let lasted = (slice.end - slice.start).as_secs();
                prop_assert!(lasted > 0 && lasted.is_multiple_of(INTERVAL));
                prop_assert!(slice.end <= at(now));
                end = slice.end;
                let said = slice.findings.iter().filter(|finding| {
                    matches!(finding, Finding::Query(_)) && !finding.is_unanswered()
                });
                let said = said.count();
                prop_assert!(said <= answers);
                answers -= said;
                if slice.verdict() == Verdict::Pass {
                    prop_assert_eq!(said, 1);
                }
            }
        }
    }
}
