//! Stages.

use std::time::Duration;

use vortex_bucket::Share;

use crate::domain::{InvalidStages, Stage, StageDraft, Stages, Strategy};

fn draft(percentage: f64) -> StageDraft {
    StageDraft {
        name: String::new(),
        percentage,
        min_duration: Duration::ZERO,
    }
}

fn stages(percentages: &[f64]) -> Result<Stages, InvalidStages> {
    Stages::new(percentages.iter().copied().map(draft).collect())
}

#[test]
fn strategies_have_the_stages_that_are_documented() {
    let of = |strategy: Strategy| -> Vec<(String, u64)> {
        let stages = strategy.stages();
        let minutes = |stage: &Stage| stage.min_duration.as_secs() / 60;
        stages
            .iter()
            .map(|stage| (stage.share.to_string(), minutes(stage)))
            .collect()
    };
    let expected = |stages: &[(&str, u64)]| -> Vec<(String, u64)> {
        stages
            .iter()
            .map(|(share, minutes)| ((*share).to_owned(), *minutes))
            .collect()
    };
    let conservative = [("1", 5), ("5", 5), ("25", 10), ("50", 10), ("100", 0)];
    assert_eq!(of(Strategy::Conservative), expected(&conservative));
    assert_eq!(
        of(Strategy::Aggressive),
        expected(&[("10", 5), ("50", 5), ("100", 0)])
    );
    assert_eq!(of(Strategy::Immediate), expected(&[("100", 0)]));
}

#[test]
fn shares_rise_to_a_hundred_in_steps_of_a_hundredth() {
    assert!(stages(&[0.01, 0.02, 33.33, 99.99, 100.0]).is_ok());
    for bad in [
        &[0.0, 100.0][..],
        &[-1.0, 100.0],
        &[0.001, 100.0],
        &[0.015, 100.0],
        &[f64::NAN, 100.0],
        &[f64::INFINITY],
        &[100.01],
        &[1e300],
    ] {
        let refused = stages(bad).unwrap_err();
        assert!(
            matches!(refused, InvalidStages::Percentage { .. }),
            "{bad:?}: {refused}"
        );
    }
    let falls = stages(&[10.0, 5.0, 100.0]).unwrap_err();
    assert!(
        matches!(falls, InvalidStages::Falls { index: 1, .. }),
        "{falls}"
    );
    let same = stages(&[10.0, 10.0, 100.0]).unwrap_err();
    assert!(matches!(same, InvalidStages::Falls { .. }), "{same}");
    let half = Share::from_hundredths(5_000).unwrap();
    assert_eq!(stages(&[50.0]), Err(InvalidStages::Unfinished(half)));
}

#[test]
fn there_are_one_to_twenty_stages_of_a_week_at_most() {
    assert_eq!(stages(&[]), Err(InvalidStages::Empty));
    let many: Vec<f64> = (80..=100).map(f64::from).collect();
    assert_eq!(stages(&many), Err(InvalidStages::TooMany(21)));
    assert!(stages(&many[1..]).is_ok());
    let week = Duration::from_secs(7 * 24 * 3_600);
    let lasting = |min_duration| {
        Stages::new(vec![StageDraft {
            min_duration,
            ..draft(100.0)
        }])
    };
    assert!(lasting(week).is_ok());
    let longer = week + Duration::from_nanos(1);
    assert_eq!(lasting(longer), Err(InvalidStages::TooLong { index: 0 }));
}

#[test]
fn a_stage_without_a_name_is_called_by_its_percentage() {
    let stages = stages(&[2.5, 100.0]).unwrap();
    assert_eq!(stages.at(0).name, "2.5%");
    assert_eq!(stages.after(0), Some(1));
    assert_eq!(stages.after(1), None);
    let long = StageDraft {
        name: "x".repeat(129),
        ..draft(100.0)
    };
    assert!(matches!(
        Stages::new(vec![long]),
        Err(InvalidStages::Name { bytes: 129, .. })
    ));
}

#[test]
fn only_stages_that_a_rollout_may_have_are_restored() {
    let stage = |percent: &u16| Stage {
        name: String::new(),
        share: Share::from_hundredths(100 * percent).unwrap(),
        min_duration: Duration::ZERO,
    };
    let restored = |percents: &[u16]| Stages::restored(percents.iter().map(stage).collect());
    assert!(restored(&[5, 100]).is_some());
    for never in [&[][..], &[50], &[100, 100], &[50, 5, 100]] {
        assert_eq!(restored(never), None, "{never:?}");
    }
}
