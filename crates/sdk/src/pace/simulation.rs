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

    /// An hour by a seed that is printed.
    fn hour(&self) -> Hour {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        Hour(self.run(seed))
    }
}

/// How many reports were tried in each second of an hour.
struct Hour(Vec<u32>);

impl Hour {
    /// The worst second of some, as a multiple of the mean.
    fn worst(&self, seconds: Range<usize>) -> f64 {
        let worst = self.0[seconds.clone()].iter().max().copied();
        let worst = f64::from(worst.unwrap_or_default()) / MEAN;
        println!("in {seconds:?} at most {worst:.2} times the mean of {MEAN:.0}/s");
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

/// Who tries after 1, 2, 4 … seconds tries about five times in the first half minute, so that is what
/// an outage sees at most, and the moment after a short one. All at once would be 32 times the mean.
#[test]
fn no_second_of_an_outage_or_of_the_return_from_it_sees_a_storm() {
    for length in [5, 20, 600] {
        let hour = outage(1_800..1_800 + length).hour();
        let end = 1_800 + length as usize;
        assert!(hour.worst(120..end) < 8.0, "{length} s");
        assert!(hour.worst(end..end + 60) < 6.0, "{length} s");
        assert!(hour.worst(end + 60..HOUR as usize) < 2.5, "{length} s");
    }
}

#[test]
fn who_comes_back_from_a_long_outage_is_hardly_noticed() {
    let hour = outage(1_800..2_400).hour();
    assert!(hour.worst(2_400..HOUR as usize) < 2.0);
}

#[test]
fn clients_that_start_in_the_same_second_of_an_outage_come_back_apart() {
    let hour = Scenario {
        start: 1,
        ..outage(0..600)
    }
    .hour();
    assert!(hour.worst(600..HOUR as usize) < 2.0);
}

#[test]
fn clients_that_start_in_the_same_second_are_apart_after_two_minutes() {
    let hour = Scenario {
        start: 1,
        ..outage(0..0)
    }
    .hour();
    assert!(hour.worst(120..HOUR as usize) < 1.5);
}

#[test]
fn a_version_that_all_get_at_once_is_told_without_a_storm_and_leaves_none_behind() {
    let hour = Scenario {
        change: Some(1_800),
        ..outage(0..0)
    }
    .hour();
    assert!(hour.worst(1_800..1_811) < 5.0);
    assert!(hour.worst(1_900..HOUR as usize) < 1.5);
}

#[test]
fn the_same_seed_gives_the_same_hour() {
    let scenario = outage(1_800..2_400);
    assert_eq!(scenario.run(7), scenario.run(7));
}
