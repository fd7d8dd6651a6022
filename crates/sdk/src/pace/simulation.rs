//! Ten thousand clients over an hour, with an outage in the middle.

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range, time::Duration};

use fastrand::Rng;

use super::{Event, INTERVAL, JITTER, Pace};

const CLIENTS: usize = 10_000;
const HOUR: u64 = 3_600;
/// Reports a second if they came evenly.
const MEAN: f64 = CLIENTS as f64 / (INTERVAL.as_secs_f64() + JITTER.as_secs_f64() / 2.0);

/// What a simulation does.
struct Scenario {
    /// Seconds within which all clients start.
    start: u64,
    /// When no report is taken.
    outage: Range<u64>,
    /// When all clients get another version.
    change: Option<u64>,
}

impl Scenario {
    /// How many reports were tried in each second.
    fn run(&self, seed: u64) -> Vec<u32> {
        let mut random = Rng::with_seed(seed);
        let mut paces: Vec<Pace> = Vec::new();
        let mut queue = BinaryHeap::new();
        for client in 0..CLIENTS {
            let start = Duration::from_secs(self.start).mul_f64(random.f64());
            let pace = Pace::new(INTERVAL, start, random.f64());
            queue.push(Reverse((pace.due(), client)));
            paces.push(pace);
        }
        let mut change = self.change.map(Duration::from_secs);
        let mut tried = vec![0; HOUR as usize];
        while let Some(Reverse((now, client))) = queue.pop() {
            if change.is_some_and(|at| at <= now) {
                let at = change.take().unwrap();
                queue.push(Reverse((now, client)));
                for (client, pace) in paces.iter_mut().enumerate() {
                    pace.step(Event::Changed, at, random.f64());
                    queue.push(Reverse((pace.due(), client)));
                }
                continue;
            }
            let Some(count) = tried.get_mut(now.as_secs() as usize) else {
                break;
            };
            // what an earlier report has made moot
            if paces[client].due() != now {
                continue;
            }
            *count += 1;
            let event = match self.outage.contains(&now.as_secs()) {
                true => Event::Failed { retry_after: None },
                false => Event::Delivered {
                    interval: INTERVAL,
                    jitter: JITTER,
                },
            };
            paces[client].step(event, now, random.f64());
            queue.push(Reverse((paces[client].due(), client)));
        }
        tried
    }

    fn worst(&self, seconds: Range<usize>) -> f64 {
        let seed = fastrand::u64(..);
        let tried = self.run(seed);
        let worst = tried[seconds.clone()].iter().max().copied();
        let worst = f64::from(worst.unwrap_or_default()) / MEAN;
        println!("seed {seed}: in {seconds:?} at most {worst:.2} times the mean of {MEAN:.0}/s");
        worst
    }
}

fn outage(outage: Range<u64>) -> Scenario {
    Scenario {
        start: 60,
        outage,
        change: None,
    }
}

#[test]
fn no_second_of_a_long_outage_or_of_the_return_from_it_sees_a_storm() {
    let scenario = outage(1_800..2_400);
    assert!(scenario.worst(120..HOUR as usize) < 3.0);
    // and on the return itself there is hardly more than always
    assert!(scenario.worst(2_400..HOUR as usize) < 2.0);
}

#[test]
fn nor_does_a_short_one() {
    for length in [1, 5, 20, 60] {
        let scenario = outage(1_800..1_800 + length);
        assert!(scenario.worst(120..HOUR as usize) < 3.0, "{length} s");
    }
}

#[test]
fn clients_that_start_in_the_same_second_are_apart_after_two_minutes() {
    let scenario = Scenario {
        start: 1,
        ..outage(0..0)
    };
    assert!(scenario.worst(120..HOUR as usize) < 1.5);
}

#[test]
fn a_version_that_all_get_at_once_is_told_without_a_storm_and_leaves_none_behind() {
    let scenario = Scenario {
        change: Some(1_800),
        ..outage(0..0)
    };
    assert!(scenario.worst(1_800..1_811) < 5.0);
    assert!(scenario.worst(1_900..HOUR as usize) < 1.5);
}

#[test]
fn the_same_seed_gives_the_same_hour() {
    let scenario = outage(1_800..2_400);
    assert_eq!(scenario.run(7), scenario.run(7));
}
