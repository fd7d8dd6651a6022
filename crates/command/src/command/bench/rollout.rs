//! `vortex bench rollout`: from the POST of a promotion to the first read by the new share.

mod course;
mod times;

use serde_json::json;

use crate::{console::Table, error::Error, session::Session};

use course::Course;
use times::Times;

/// Measure how long a promotion takes to reach readers.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes applications named bench-… and rolls each out in steps of 5 %, while clients read without a
pause as instances that the next step moves. A time runs from just before a promotion is sent to the
end of the first read that has the new version. What was written is deleted afterwards; its versions
stay in the log.

Examples:
  vortex bench rollout
  vortex bench rollout --promotions 1000 --clients 16 -o json")]
pub(crate) struct Args {
    /// Promotions to measure
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    promotions: u32,
    /// Clients that read meanwhile
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=256))]
    clients: u32,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let times = self.measure(session).await?;
        let result = json!({
            "promotions": self.promotions,
            "clients": self.clients,
            "first_read": times.first_read.figures(),
            "every_client": times.every_client.figures(),
            "answer": times.answer.figures(),
        });
        session.console.print(&result, |_| {
            let table = Table::new(["FROM THE POST TO", "N", "P50", "P99", "MAX"]);
            Ok(table.with([
                times.first_read.row("the first new read"),
                times.every_client.row("a new read of every client"),
                times.answer.row("its answer"),
            ]))
        })
    }

    async fn measure(&self, session: &Session) -> Result<Times, Error> {
        let notes = session.console.notes();
        let mut times = Times::default();
        let mut left = self.promotions;
        while left > 0 {
            let course = Course::begin(session).await?;
            let steps = left.min(course::STEPS);
            let climbed = course.climb(steps, self.clients, &mut times).await;
            // whatever came of it, readers and documents are left as they were
            let ended = course.end().await;
            climbed.and(ended)?;
            left -= steps;
            let done = self.promotions - left;
            notes.progress(format_args!("{done} of {} promotions", self.promotions));
        }
        Ok(times)
    }
}
