//! Does a service's recurring jobs: schedules them, tries again what failed, and says in `/health`
//! what keeps failing.

mod attempts;

use std::{error::Error, time::Duration};

use futures::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vortex_kit::health::Health;

use attempts::Attempts;

/// Does a job once, with what all jobs of the service share.
pub type Work<S, E> = for<'a> fn(&'a mut S) -> BoxFuture<'a, Result<(), E>>;

/// The recurring jobs of a service, which are done one at a time.
pub struct Upkeep<S, E> {
    shared: S,
    jobs: Vec<Job<S, E>>,
    health: Health,
}

struct Job<S, E> {
    attempts: Attempts,
    work: Work<S, E>,
}

impl<S: Send, E: Error> Upkeep<S, E> {
    /// No jobs yet. All will work with what they share, and be told of in `health`.
    pub fn new(shared: S, health: Health) -> Self {
        Self {
            shared,
            jobs: Vec::new(),
            health,
        }
    }

    /// Adds a job, which is done at once and again so long after each success.
    ///
    /// When it fails it is tried again after a minute, then ever later, but no later than after
    /// `interval`. From the third failure in a row until it succeeds, `/health` says so by `name`.
    #[must_use]
    pub fn each(mut self, interval: Duration, name: &'static str, work: Work<S, E>) -> Self {
        let attempts = Attempts::new(name, interval, Instant::now());
        self.jobs.push(Job { attempts, work });
        self
    }

    /// Does the jobs until `stop` fires, and gives back what they shared. A job that has begun then
    /// is done first, and never cut in the middle: what it asked others to do would go on beside
    /// whatever is done to the same data next.
    pub async fn run(mut self, stop: CancellationToken) -> S {
        while !stop.is_cancelled() {
            let due = self.due();
            let pause = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            if stop.run_until_cancelled(pause).await.is_none() {
                break;
            }
            self.work().await;
        }
        self.shared
    }

    fn due(&self) -> Option<Instant> {
        self.jobs.iter().map(|job| job.attempts.due()).min()
    }

    /// Does the job that is due next; of those due at the same time, the one that was added first.
    async fn work(&mut self) {
        let Some(job) = self.jobs.iter_mut().min_by_key(|job| job.attempts.due()) else {
            return;
        };
        let result = (job.work)(&mut self.shared).await;
        let random = fastrand::f64();
        job.attempts
            .ended(Instant::now(), random, result, &self.health);
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures::FutureExt as _;
    use tokio::sync::{mpsc, oneshot};
    use vortex_kit::shutdown::{Lifecycle, Stopped};

    use super::*;

    const OFTEN: Duration = Duration::from_millis(1);
    const SELDOM: Duration = Duration::from_secs(3_600);
    const DEADLINE: Duration = Duration::from_secs(60);

    /// Hears which job was done.
    type Heard = mpsc::UnboundedSender<&'static str>;
    /// Lets a job end.
    type Leave = oneshot::Receiver<()>;

    fn say(heard: &mut Heard, name: &'static str) -> Result<(), io::Error> {
        heard.send(name).map_err(io::Error::other)
    }

    #[tokio::test]
    async fn jobs_recur_in_one_task_that_is_joined() {
        let (heard, mut hear) = mpsc::unbounded_channel();
        let health = Health::new("config-svc", "0.1.0");
        let lifecycle = Lifecycle::new();
        let upkeep = Upkeep::new(heard, health)
            .each(SELDOM, "seldom", |heard| {
                async { say(heard, "seldom") }.boxed()
            })
            .each(OFTEN, "often", |heard| {
                async { say(heard, "often") }.boxed()
            });
        lifecycle.spawn_stoppable("upkeep", |stop| async move {
            let mut heard = upkeep.run(stop).await;
            let _ = say(&mut heard, "last");
        });
        for expected in ["seldom", "often", "often", "often"] {
            assert_eq!(hear.recv().await, Some(expected));
        }
        assert_eq!(lifecycle.stop(DEADLINE).await, Stopped::default());
        while let Some(name) = hear.recv().await {
            assert!(name == "often" || hear.is_empty(), "{name}");
        }
    }

    /// A job waits for leave to end, which comes after the stop.
    #[tokio::test]
    async fn a_job_that_has_begun_ends_before_the_stop() {
        let (heard, mut hear) = mpsc::unbounded_channel();
        let (leave, wait) = oneshot::channel();
        let work: Work<(Heard, Option<Leave>), io::Error> = |(heard, wait)| {
            async {
                say(heard, "begun")?;
                if let Some(wait) = wait.take() {
                    wait.await.map_err(io::Error::other)?;
                }
                say(heard, "ended")
            }
            .boxed()
        };
        let health = Health::new("config-svc", "0.1.0");
        let upkeep = Upkeep::new((heard, Some(wait)), health).each(SELDOM, "slow", work);
        let stop = CancellationToken::new();
        let running = tokio::spawn(upkeep.run(stop.clone()));
        assert_eq!(hear.recv().await, Some("begun"));
        stop.cancel();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!running.is_finished());
        leave.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(hear.recv().await, Some("ended"));
    }

    /// The shutdown's deadline bounds what the stop waits for.
    #[tokio::test]
    async fn a_job_that_never_ends_is_dropped_with_its_task_and_named() {
        let (heard, mut hear) = mpsc::unbounded_channel();
        let lifecycle = Lifecycle::new();
        let endless: Work<Heard, io::Error> = |heard| {
            async {
                say(heard, "begun")?;
                std::future::pending().await
            }
            .boxed()
        };
        let health = Health::new("config-svc", "0.1.0");
        let upkeep = Upkeep::new(heard, health).each(SELDOM, "endless", endless);
        lifecycle.spawn_stoppable("upkeep", |stop| upkeep.run(stop).map(drop));
        assert_eq!(hear.recv().await, Some("begun"));
        let stopped = lifecycle.stop(Duration::from_millis(50)).await;
        assert_eq!(stopped.unfinished.get("upkeep"), Some(&1));
    }

    #[tokio::test]
    async fn a_job_that_fails_is_tried_again_and_told() {
        let health = Health::new("config-svc", "0.1.0");
        let told = health.clone();
        let stop = CancellationToken::new();
        let upkeep = Upkeep::new(0, health).each(OFTEN, "sweep", |tries: &mut u32| {
            async {
                *tries += 1;
                Err(io::Error::other("the disk is on fire"))
            }
            .boxed()
        });
        let stopped = stop.clone();
        let running = tokio::spawn(upkeep.run(stopped));
        let deadline = Instant::now() + DEADLINE;
        while told.snapshot().degradations.is_empty() {
            assert!(Instant::now() < deadline, "nothing was told");
            tokio::task::yield_now().await;
        }
        stop.cancel();
        assert!(running.await.unwrap() >= 3);
    }
}
