//! A number of tasks that share the work.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::task::JoinSet;

/// Gives out the numbers below a limit, each once.
#[derive(Clone)]
pub(crate) struct Tickets {
    next: Arc<AtomicUsize>,
    count: usize,
}

impl Tickets {
    pub(crate) fn next(&self) -> Option<usize> {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        (ticket < self.count).then_some(ticket)
    }
}

/// Starts so many workers, numbered from 0, on tickets for `count` pieces of work, and answers what
/// each of them ends with.
pub(crate) async fn share<T, F>(
    count: usize,
    workers: usize,
    work: impl Fn(usize, Tickets) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tickets = Tickets {
        next: Arc::default(),
        count,
    };
    let mut tasks = JoinSet::new();
    for number in 0..workers {
        tasks.spawn(work(number, tickets.clone()));
    }
    tasks.join_all().await
}
