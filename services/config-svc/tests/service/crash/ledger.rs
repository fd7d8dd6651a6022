//! What must be in a folder after all that was done to it.

use super::operations::{CLIENTS, Operation, group};
use crate::{crash::process::Done, service::Service};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use vortex_config_svc::parts::{Body, Label, Record, Seq};

/// The log as it was read so far.
#[derive(Default)]
pub(super) struct Ledger {
    head: Seq,
    done: BTreeMap<Operation, Seq>,
}

impl Ledger {
    /// Opens the folder, checks it against what a process did last, and repeats what
    /// that left open.
    pub(super) async fn check(&mut self, folder: &Path, done: &Done) {
        let service = Service::open(folder).await;
        self.read_on(&service).await;
        for (operation, at) in &done.acknowledged {
            let found = self.done.get(operation);
            assert_eq!(found, Some(&Seq(*at)), "{operation} was acknowledged");
        }
        assert_groups_are_whole(&service);
        service.read_all().await;
        self.repeat(&service, &done.open).await;
        service.close().await;
    }

    /// Checks the whole log once more, from its beginning.
    pub(super) async fn check_all(self, folder: &Path) -> usize {
        let service = Service::open(folder).await;
        let mut again = Self::default();
        again.read_on(&service).await;
        assert_eq!(again.done, self.done);
        service.close().await;
        self.done.len()
    }

    /// Takes in the records that are new: without a gap, and each request once.
    async fn read_on(&mut self, service: &Service) {
        loop {
            let records = service.store().records_after(self.head).await.unwrap();
            if records.is_empty() {
                break;
            }
            for record in records {
                assert_eq!(record.seq, self.head.next(), "the log has a gap");
                self.head = record.seq;
                self.take(&record);
            }
        }
        assert_eq!(self.head, service.state().head);
    }

    fn take(&mut self, record: &Record) {
        let request = record.request.as_ref().expect("all requests have ids");
        let operation: Operation = request.id.as_str().parse().unwrap();
        assert_is_whole(operation, record);
        let before = self.done.insert(operation, record.seq);
        assert_eq!(before, None, "{operation} was done twice");
    }

    /// Asks again what was not acknowledged: whether it had been done or not, it is
    /// done once afterwards.
    async fn repeat(&mut self, service: &Service, open: &[Operation]) {
        for operation in open {
            let first = service.run_as(operation.request(), operation.job()).await;
            let first = first.expect("it can be asked again");
            let head = service.state().head;
            let second = service.run_as(operation.request(), operation.job()).await;
            assert_eq!(second.expect("and again"), first);
            assert_eq!(service.state().head, head, "the repeat changed nothing");
            self.read_on(service).await;
            assert_eq!(self.done.get(operation), Some(&first.at));
        }
    }
}

/// A record holds all that its operation asks.
fn assert_is_whole(operation: Operation, record: &Record) {
    match &record.body {
        Body::Change { change, .. } => {
            assert_eq!(change.name.as_str(), operation.to_string());
            let paths: BTreeSet<String> = change
                .documents
                .iter()
                .map(|d| d.path.to_string())
                .collect();
            let asked: BTreeSet<String> = match operation.step % 5 {
                0 | 1 => [format!("single-{}.yml", operation.client)].into(),
                _ => group(operation.client).into_iter().collect(),
            };
            assert_eq!(paths, asked);
        }
        Body::Release { .. } => assert_eq!(operation.step % 5, 4),
        body => panic!("nobody asked for {body:?}"),
    }
}

/// Documents that are only written together are served of one change set.
fn assert_groups_are_whole(service: &Service) {
    let state = service.state();
    for client in 0..CLIENTS {
        let served: BTreeSet<_> = group(client)
            .iter()
            .map(|path| state.document(Label::MAIN, path).and_then(|d| d.stable))
            .collect();
        assert_eq!(served.len(), 1, "group {client} is mixed: {served:?}");
    }
}
