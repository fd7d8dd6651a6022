//! The log: every record once and in order, or a word that it is too late.

use std::time::Duration;

use futures::StreamExt as _;
use proptest::prelude::*;
use tonic::{Request, Status};
use vortex_config_svc::parts::{Command, Grpc, Label, Seq};
use vortex_kit::{
    clock::Manual,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::{
    self as pb, RecordKind, config_service_server::ConfigService, watch_log_response::Event,
};
use vortex_store::Transaction;

use super::calls;
use crate::{
    commands::{put, release, staged, write as write_many},
    engine::Watched,
    service::Service,
};

#[derive(Debug, Clone)]
enum Step {
    /// Writes so many records.
    Write(u64),
    /// Reads so many, or all there are.
    Read(u64),
    Disconnect,
    /// Deletes all records but the last so many.
    Trim(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..20_u64).prop_map(Step::Write),
        4 => (1..30_u64).prop_map(Step::Read),
        2 => Just(Step::Disconnect),
        1 => (0..60_u64).prop_map(Step::Trim),
    ]
}

type Stream = <Grpc as ConfigService>::WatchLogStream;

/// Somebody who follows the log, and comes back.
struct Watcher {
    grpc: Grpc,
    stream: Option<Stream>,
    position: u64,
    late: u32,
}

impl Watcher {
    async fn connect(&mut self, service: &Service) {
        let token = service.configuration.token(Seq(self.position));
        let request = pb::WatchLogRequest {
            after: token.to_string(),
            ..Default::default()
        };
        match self.grpc.watch_log(Request::new(request)).await {
            Ok(stream) => self.stream = Some(stream.into_inner()),
            Err(status) => self.too_late(service, &status).await,
        }
    }

    /// Reads `most` records, or up to the log's end.
    async fn read(&mut self, service: &Service, most: u64) {
        let wanted = self.position + most;
        while self.position < wanted.min(service.state().head.0) {
            let Some(stream) = &mut self.stream else {
                return self.connect(service).await;
            };
            match stream
                .next()
                .await
                .expect("it goes on")
                .map(|m| m.event.unwrap())
            {
                Ok(Event::Record(record)) => {
                    assert_eq!(record.sequence, self.position + 1);
                    self.position = record.sequence;
                }
                Ok(Event::Progress(_)) => {}
                Err(status) => self.too_late(service, &status).await,
            }
        }
    }

    /// The records really are gone: starts again from what is.
    async fn too_late(&mut self, service: &Service, status: &Status) {
        let fault = Fault::from_status(status);
        assert_eq!(fault.reason(), Reason::TokenTooOld);
        let oldest = service.store().oldest_record().await.unwrap();
        let oldest = oldest.unwrap_or(service.state().head.next());
        assert_eq!(fault.metadata()["oldest"], oldest.to_string());
        assert!(oldest.0 > self.position + 1, "{oldest} was to be had");
        self.stream = None;
        self.position = service.state().head.0;
        self.late += 1;
    }
}

async fn trim(service: &Service, kept: u64) {
    let state = service.state();
    service
        .store()
        .save_checkpoint((*state).clone())
        .await
        .unwrap();
    let through = Seq(state.head.0.saturating_sub(kept));
    let contents = state.contents().collect();
    let mut sweep = service
        .store()
        .begin_sweep(contents, through)
        .await
        .unwrap();
    while service.store().step_sweep(&mut sweep).await.unwrap() {}
}

async fn write(service: &Service, records: u64) {
    for n in 0..records {
        let head = service.state().head.0;
        let name = format!("v{head}");
        let job = match n % 3 {
            0 => put(&name, "a.yml", &format!("a: {head}")),
            1 => staged(put(&name, "a.yml", &format!("a: {head}"))),
            _ => release(&format!("v{}", head - 1)),
        };
        service.run(job).await.unwrap();
    }
}

async fn run(steps: Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let mut watcher = Watcher {
        grpc: calls(&service),
        stream: None,
        position: 0,
        late: 0,
    };
    for step in steps {
        match step {
            Step::Write(records) => write(&service, records).await,
            Step::Read(most) => watcher.read(&service, most).await,
            Step::Disconnect => watcher.stream = None,
            Step::Trim(kept) => trim(&service, kept).await,
        }
    }
    while watcher.position < service.state().head.0 {
        watcher.read(&service, u64::MAX / 2).await;
    }
    drop(watcher);
    service.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::random::rounds(24)))]

    #[test]
    fn every_record_comes_once_and_in_order_or_it_is_said_to_be_too_late(
        steps in prop::collection::vec(step(), 1..30)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(run(steps));
    }
}

/// The records after a position, up to the log's end.
async fn records(service: &Service, after: Seq, label: &str) -> Vec<pb::Record> {
    let head = service.state().head.0;
    let grpc = calls(service);
    let request = pb::WatchLogRequest {
        after: service.configuration.token(after).to_string(),
        label: label.to_owned(),
        ..Default::default()
    };
    let watch = grpc.watch_log(Request::new(request)).await.unwrap();
    let mut stream = watch.into_inner();
    let mut found = Vec::new();
    loop {
        match stream.next().await.expect("it goes on").unwrap().event {
            Some(Event::Record(record)) => {
                let is_last = record.sequence == head;
                found.push(record);
                if is_last {
                    return found;
                }
            }
            Some(Event::Progress(_)) | None => return found,
        }
    }
}

#[tokio::test]
async fn releases_of_change_sets_that_are_no_longer_kept_have_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
    let service = Service::open_at(folder.path(), &clock).await;
    let other: Label = "other".parse().unwrap();
    let mut jobs = [staged(put("v1", "a.yml", "a: 1")), release("v1")];
    for job in &mut jobs {
        match &mut job.command {
            Command::Write(change) => change.label = other.clone(),
            Command::Release(release) => release.selector.label = other.clone(),
            _ => unreachable!("neither is of another kind"),
        }
        service.run(job.clone()).await.unwrap();
    }
    let mut next = put("v2", "a.yml", "a: 2");
    if let Command::Write(change) = &mut next.command {
        change.label = other;
    }
    service.run(next).await.unwrap();
    clock.advance(Duration::from_secs(31 * 24 * 3600));
    service.let_go().await;
    assert_eq!(service.state().changes.len(), 1, "v1 is no longer kept");
    // that it was let go of is about no label
    for (label, expected) in [("other", 3), ("", 4), ("main", 0)] {
        let found = records(&service, Seq(0), label).await;
        assert_eq!(found.len(), expected, "{label}");
        let released = found.into_iter().find_map(|record| match record.body {
            Some(pb::record::Body::Released(released)) => Some(released),
            _ => None,
        });
        if let Some(released) = released {
            assert_eq!((&*released.name, &*released.label), ("v1", "other"));
        }
    }
    service.close().await;
}

#[tokio::test]
async fn a_record_that_is_trimmed_while_it_is_read_is_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    let paths: Vec<String> = (0..2_000)
        .map(|n| format!("{}/{n}.yml", "deep".repeat(200)))
        .collect();
    let documents = paths.iter().map(|path| (path.as_str(), Some("a: 1")));
    service.run(write_many("large", documents)).await.unwrap();
    service.run(put("v1", "a.yml", "a: 1")).await.unwrap();
    let parts = engine.entries("part/").await;
    assert!(!parts.is_empty(), "the first record has parts");
    let records = engine.entries("log/").await;
    let trimmed = parts.iter().chain(records.first());
    let trim = trimmed.fold(Transaction::new(), |trim, entry| {
        trim.delete(entry.key.clone())
    });
    let request = pb::WatchLogRequest {
        after: service.configuration.token(Seq(0)).to_string(),
        ..Default::default()
    };
    let grpc = calls(&service);
    let watch = grpc.watch_log(Request::new(request)).await.unwrap();
    engine.tamper_after_read("log/", trim);
    let mut stream = watch.into_inner();
    let status = stream.next().await.expect("it answers").unwrap_err();
    let fault = Fault::from_status(&status);
    assert_eq!(fault.reason(), Reason::TokenTooOld);
    assert_eq!(fault.metadata()["oldest"], "2");
    drop((stream, grpc));
    service.close().await;
}

#[tokio::test]
async fn a_watch_of_a_label_skips_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let grpc = calls(&service);
    let request = pb::WatchLogRequest {
        after: service.configuration.token(Seq(0)).to_string(),
        label: "other".to_owned(),
        ..Default::default()
    };
    for n in 0..4 {
        let name = format!("v{n}");
        let mut job = put(&name, "a.yml", &format!("a: {n}"));
        if let vortex_config_svc::parts::Command::Write(change) = &mut job.command
            && n % 2 == 1
        {
            change.label = "other".parse().unwrap();
        }
        service.run(job).await.unwrap();
    }
    let stream = grpc
        .watch_log(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    let records = stream.filter_map(|message| async {
        match message.unwrap().event.unwrap() {
            Event::Record(record) => Some(record.sequence),
            Event::Progress(_) => None,
        }
    });
    let found: Vec<u64> = records.take(2).collect().await;
    assert_eq!(found, [2, 4]);
    drop(grpc);
    service.close().await;
}

#[tokio::test]
async fn a_watch_of_some_kinds_is_told_of_those_and_gets_past_all_others() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    service
        .run(staged(put("v1", "a.yml", "a: 1")))
        .await
        .unwrap();
    service.run(release("v1")).await.unwrap();
    // more than a page that nobody asked for
    for n in 2..300 {
        let job = staged(put(&format!("v{n}"), "b.yml", &format!("b: {n}")));
        service.run(job).await.unwrap();
    }
    let grpc = calls(&service);
    let request = |kinds: &[i32]| pb::WatchLogRequest {
        after: service.configuration.token(Seq(0)).to_string(),
        kinds: kinds.to_vec(),
        ..Default::default()
    };
    let kinds = [RecordKind::Released.into(), RecordKind::SplitEnded.into()];
    let watch = grpc.watch_log(Request::new(request(&kinds))).await.unwrap();
    let mut stream = watch.into_inner();
    let end = service.configuration.token(service.state().head);
    let mut told = Vec::new();
    loop {
        match stream.next().await.unwrap().unwrap().event.unwrap() {
            Event::Record(record) => told.push((record.sequence, record.body.unwrap())),
            Event::Progress(progress) if progress.token == end.to_string() => break,
            Event::Progress(_) => {}
        }
    }
    assert!(
        matches!(&*told, [(2, pb::record::Body::Released(_))]),
        "{told:?}"
    );
    for unknown in [0, 99] {
        let refused = grpc.watch_log(Request::new(request(&[1, unknown]))).await;
        let fault = Fault::from_status(&refused.err().unwrap());
        assert_eq!(fault.fields()[0].field, "kinds[1]");
    }
    drop((stream, grpc));
    service.close().await;
}
