//! A share that moves, as those are told who watch.

use std::net::SocketAddr;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use vortex_bucket::Seed;
use vortex_tests::{Mode, PATIENCE, ServiceName};

use crate::course::{Course, stages};

crate::in_both_modes! {
    a_thousand_watchers_are_one_view_and_those_whose_bucket_is_reached_are_told
}

const WATCHERS: usize = 1_000;

/// A watch of one instance, and what has come of it.
struct Watch {
    stream: TcpStream,
    text: String,
}

impl Watch {
    async fn open(address: SocketAddr, instance: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET /api/watch/orders/default?instance={instance} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut watch = Self {
            stream,
            text: String::new(),
        };
        watch.until("event: snapshot").await;
        watch
    }

    /// Reads until this has come; gives all that had not been read.
    async fn until(&mut self, end: &str) -> String {
        let reading = async {
            let mut buffer = vec![0; 16 << 10];
            while !self.text.contains(end) {
                let read = self.stream.read(&mut buffer).await.unwrap();
                assert!(read > 0, "ended before {end:?}: {}", self.text);
                self.text
                    .push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
        };
        let read = tokio::time::timeout(PATIENCE, reading).await;
        read.unwrap_or_else(|_| panic!("{end:?} does not come: {}", self.text));
        std::mem::take(&mut self.text)
    }
}

async fn a_thousand_watchers_are_one_view_and_those_whose_bucket_is_reached_are_told(mode: Mode) {
    let plan = json!({"stages": stages(&[1.0, 5.0, 100.0]), "auto_promote": false,
        "auto_rollback": false, "analysis": {"interval": "1h"}});
    let course = Course::start(mode, plan).await;
    confirmed(&course).await;
    let seed = Seed::of(&course.id);
    let mut watches = Vec::new();
    for number in 0..WATCHERS {
        let instance = format!("i-{number}");
        let bucket = seed.bucket(&instance).number();
        watches.push((bucket, Watch::open(course.mesh.http, &instance).await));
    }
    let metrics = course.mesh.admin(ServiceName::Config, "/metrics").await;
    let followed = "vortex_followed_views 1\n";
    assert!(metrics.text().contains(followed), "{}", metrics.text());
    let promoted = course.command("promote").await;
    assert_eq!(promoted.status, 200, "{}", promoted.text());
    confirmed(&course).await;
    // what config-svc has by now
    let read = course.mesh.get("/api/effective/orders/default").await;
    let token = read.json()["token"].as_str().unwrap().to_owned();
    for (bucket, watch) in &mut watches {
        let told = watch.until(&format!(": progress {token}\n")).await;
        let changes =
            told.matches("event: change").count() + told.matches("event: snapshot").count();
        // a watch may have been read up to its first event's name alone
        let is_reached = (100..500).contains(bucket);
        let news = told.matches("\"arm\":\"canary\"").count();
        assert_eq!(changes == 1, is_reached, "{bucket}: {told}");
        assert!(!is_reached || news == 1, "{bucket}: {told}");
    }
    course.mesh.stop();
}

async fn confirmed(course: &Course) {
    course
        .report_while(crate::course::NONE, |rollout| {
            (rollout["effect"] == "confirmed").then_some(())
        })
        .await;
}
