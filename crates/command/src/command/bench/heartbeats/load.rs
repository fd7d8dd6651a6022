//! Reports in an open loop: when a request is due does not depend on those before it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, interval, sleep_until},
};

use crate::{
    client::{Call, Client},
    console::Notes,
    error::Error,
};

use super::{reports::Reports, sender::Sender, tally::Tally};

/// How wide the bar is.
const BAR: usize = 30;

/// What is to be sent.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) client: Client,
    /// The connections that take turns.
    pub(super) senders: Vec<Sender>,
    pub(super) reports: Reports,
    pub(super) requests: u64,
    /// From one request to the next.
    pub(super) every: Duration,
    /// Requests under way at once.
    pub(super) clients: u32,
}

/// What is common to all that send.
#[derive(Debug)]
struct Course {
    load: Load,
    began: Instant,
    next: AtomicU64,
}

impl Load {
    /// Sends all requests, then says that the instances stop. What they run is written before, and
    /// deleted afterwards.
    pub(super) async fn run(self, notes: Notes) -> Result<Tally, Error> {
        self.client.send(self.reports.write()?).await?;
        let (client, delete) = (self.client.clone(), self.reports.delete());
        let sent = self.send(notes).await;
        let deleted = client.send(delete).await;
        let tally = sent?;
        deleted?;
        Ok(tally)
    }

    async fn send(self, notes: Notes) -> Result<Tally, Error> {
        let clients = self.clients;
        let course = Arc::new(Course {
            began: Instant::now(),
            next: AtomicU64::new(0),
            load: self,
        });
        let mut senders = JoinSet::new();
        let by = course.load.senders.clone();
        for (_, sender) in (0..clients).zip(by.into_iter().cycle()) {
            let course = course.clone();
            senders.spawn(async move { course.send(&sender).await });
        }
        let tally = tokio::select! {
            tally = joined(senders) => tally,
            () = course.tell(notes) => Tally::default(),
        };
        let tally = tally.within(course.began.elapsed());
        course.stop().await?;
        Ok(tally)
    }
}

/// What all have counted.
async fn joined(mut senders: JoinSet<Tally>) -> Tally {
    let mut all = Tally::default();
    while let Some(sent) = senders.join_next().await {
        match sent {
            Ok(tally) => all.add(&tally),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => unreachable!("nobody aborts them"),
            },
        }
    }
    all
}

impl Course {
    /// Sends one request after another, each when it is due or as soon after as this is free.
    async fn send(&self, sender: &Sender) -> Tally {
        let mut tally = Tally::default();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.load.requests {
                return tally;
            }
            let due = self.began + self.load.every.mul_f64(number as f64);
            sleep_until(due).await;
            let batch = self.load.reports.batch();
            match sender.send(&self.load.reports, number).await {
                Ok(refused) => tally.answered(batch, refused, due.elapsed()),
                Err(code) => tally.failed(batch, &code),
            }
        }
    }

    /// Draws a bar, for as long as it is waited for.
    async fn tell(&self, notes: Notes) {
        let mut ticks = interval(Duration::from_secs(1));
        loop {
            ticks.tick().await;
            let done = self.next.load(Ordering::Relaxed).min(self.load.requests);
            notes.progress(format_args!("{}", bar(done, self.load.requests)));
        }
    }

    /// Lets the instances end in order, so that nobody misses them.
    async fn stop(&self) -> Result<(), Error> {
        for body in self.load.reports.ends() {
            let call = Call::post(["api", "heartbeats"]).json_text(body);
            self.load.client.send(call).await?;
        }
        Ok(())
    }
}

fn bar(done: u64, all: u64) -> String {
    let filled = (done as usize * BAR) / (all.max(1) as usize);
    let percent = done * 100 / all.max(1);
    format!(
        "[{}{}] {percent:>3} %",
        "#".repeat(filled),
        "-".repeat(BAR - filled)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        assert!(bar(0, 10).ends_with("-]   0 %"));
        assert!(bar(10, 10).ends_with("#] 100 %"));
        assert_eq!(bar(5, 10).matches('#').count(), BAR / 2);
    }
}
