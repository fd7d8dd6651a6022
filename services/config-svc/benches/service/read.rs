//! Reads of petclinic's `vets-service/docker,mysql` while ten commits a second change
//! what they read: warm, and the first after a change.

use crate::{
    latency::{Latencies, timed},
    petclinic::Petclinic,
};
use bytes::Bytes;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tonic::Request;
use vortex_config_svc::parts::{
    Command, DocumentWrite, Import, Label, ReleaseBy, Request as Asked, Subject,
};
use vortex_kit::clock::{Clock as _, System};
use vortex_proto::config::v1::{self as pb, config_service_server::ConfigService as _};

const ROUND: Duration = Duration::from_secs(5);
const BETWEEN_WRITES: Duration = Duration::from_millis(100);
/// What every application of the repository reads.
const WRITTEN: &str = "application.yml";

pub(crate) async fn run() {
    let petclinic = Arc::new(Petclinic::open().await);
    let done = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(write(petclinic.clone(), done.clone()));
    domain(&petclinic).await;
    grpc(&petclinic).await;
    done.store(true, Ordering::Relaxed);
    writing.await.unwrap();
}

/// The domain's call: the view, and the configuration merged.
async fn domain(petclinic: &Petclinic) {
    let configuration = &petclinic.configuration;
    measure("read, domain", petclinic, || async {
        let state = configuration.state();
        let nobody = Subject::default();
        let reading = configuration
            .read(&state, &petclinic.key, &nobody)
            .await
            .unwrap();
        std::hint::black_box(reading.view.rendered.effective());
        state.head.0
    })
    .await;
}

/// The gRPC handler with its parsing and its reply.
async fn grpc(petclinic: &Petclinic) {
    measure("read, gRPC handler", petclinic, || async {
        let head = petclinic.configuration.state().head.0;
        let request = pb::GetConfigRequest {
            app: "vets-service".to_owned(),
            profiles: vec!["docker".to_owned(), "mysql".to_owned()],
            ..Default::default()
        };
        let reply = petclinic.grpc.get_config(Request::new(request)).await;
        std::hint::black_box(reply.unwrap());
        head
    })
    .await;
}

/// Calls until the round ends; a call after a write is a miss.
async fn measure<F>(name: &str, petclinic: &Petclinic, call: impl Fn() -> F)
where
    F: Future<Output = u64>,
{
    let clock = System::new();
    let (mut warm, mut missed) = (Latencies::default(), Latencies::default());
    let mut last = 0;
    while clock.monotonic() < ROUND {
        let (head, took) = timed(&clock, call()).await;
        if head == last {
            warm.add(took);
        } else {
            missed.add(took);
        }
        last = head;
    }
    assert!(
        petclinic.configuration.state().head.0 > 40,
        "writes went on"
    );
    warm.print(&format!("{name}, warm"));
    missed.print(&format!("{name}, miss"));
}

/// Imports commits as the source does, ten a second.
async fn write(petclinic: Arc<Petclinic>, done: Arc<AtomicBool>) {
    let configuration = &petclinic.configuration;
    let original = {
        let state = configuration.state().clone();
        let document = state.document("main", WRITTEN).unwrap();
        let stored = document.served().unwrap().content.stored().unwrap();
        let main = Label::main();
        let content = configuration.content(&main, &document.path, &stored.sha256);
        content.await.unwrap()
    };
    let mut ticks = tokio::time::interval(BETWEEN_WRITES);
    for number in 0_u64.. {
        if done.load(Ordering::Relaxed) {
            break;
        }
        ticks.tick().await;
        let mut content = original.to_vec();
        content.extend_from_slice(format!("\nbenchmark.round: {number}\n").as_bytes());
        let path = WRITTEN.parse().unwrap();
        let checked = configuration.check_source_file(&path, Bytes::from(content));
        let import = Import {
            source: vortex_config_svc::Settings::default_git_name(),
            label: fed_label(&petclinic),
            commit: format!("{number:040x}").parse().unwrap(),
            message: String::new(),
            author: String::new(),
            documents: vec![DocumentWrite {
                path,
                content: checked.content,
                written_for: None,
            }],
            release: ReleaseBy::Import,
            compared_at: None,
        };
        let asked = Asked {
            principal: "source:git".to_owned(),
            key: None,
        };
        let written = configuration.write(asked, Command::Import(import), vec![checked.bytes]);
        written.await.unwrap();
    }
}

/// `main`, or `master` where that is what `main` reads.
fn fed_label(petclinic: &Petclinic) -> Label {
    let state = petclinic.configuration.state();
    state.label(Label::MAIN).unwrap().0.clone()
}
