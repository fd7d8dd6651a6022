use jiff::Timestamp;
use vortex_kit::{clock::Manual, telemetry::Metrics};

use super::*;
use crate::{
    domain::{Mark, Metadata, Report, Status},
    error::{Limit, NoRoom, Refused},
};

/// An intake whose clock is moved by hand.
struct Scene {
    intake: Intake,
    clock: Arc<Manual>,
}

impl Scene {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        change(&mut settings);
        let clock = Arc::new(Manual::starting_at(Timestamp::UNIX_EPOCH));
        let meters = Meters::new(&Metrics::new("heartbeat-ingest", "0"));
        Self {
            intake: Intake::new(settings, None, clock.clone(), meters),
            clock,
        }
    }

    fn fleet(&self, app: &str) -> Option<Arc<Entry>> {
        let named = Named {
            app,
            profiles: &[],
            label: "",
        };
        let fleets = self.intake.fleets();
        let now = self.clock.monotonic();
        fleets
            .find(named)
            .or_else(|| fleets.begin(named.check().unwrap(), now))
    }

    fn report(
        &self,
        client: Option<&Client>,
        app: &str,
        instance: &str,
    ) -> Result<Answer, Refused> {
        let fleet = self.fleet(app).unwrap();
        self.intake.begin(client, 1).take(&fleet, &report(instance))
    }
}

fn report(instance: &str) -> Report<'_> {
    Report {
        instance,
        mark: Mark::default(),
        version: "v1",
        position: 0,
        assignments: Vec::new(),
        status: Status::Healthy,
        refused: None,
        measured: Vec::new(),
        metadata: Metadata::default(),
    }
}

fn limit(refused: Result<Answer, Refused>) -> Option<Limit> {
    match refused {
        Ok(_) => None,
        Err(Refused::TooFast { limit, .. }) => Some(limit),
        Err(other) => panic!("{other}"),
    }
}

fn client(last: u8) -> Client {
    Client::At([192, 0, 2, last].into())
}

#[test]
fn one_caller_over_its_limit_does_not_refuse_others() {
    let scene = Scene::new(|settings| settings.max_client_reports = 10);
    let (one, two) = (client(1), client(2));
    let refused = |client: &Client| limit(scene.report(Some(client), "orders", "pod-1"));
    let first: Vec<_> = (0..60).map(|_| refused(&one)).collect();
    assert!(first[..50].iter().all(Option::is_none));
    assert!(
        first[50..]
            .iter()
            .all(|limit| *limit == Some(Limit::Client))
    );
    assert_eq!(refused(&two), None);
    assert_eq!(limit(scene.report(None, "orders", "pod-1")), None);
    scene.clock.advance(Duration::from_millis(100));
    assert_eq!([refused(&one), refused(&one)], [None, Some(Limit::Client)]);
}

#[test]
fn an_application_over_its_limit_takes_nothing_of_its_callers() {
    let scene = Scene::new(|settings| {
        settings.max_app_reports = 10;
        settings.max_client_reports = 21;
        settings.max_reports = 21;
    });
    let agent = client(1);
    let refused = |app| limit(scene.report(Some(&agent), app, "pod-1"));
    let flood = (0..1_000).map(|_| refused("flood"));
    assert_eq!(flood.filter(Option::is_none).count(), 50);
    // caller and process were charged for what was taken, and not for the rest of the flood
    assert!((0..50).all(|_| refused("orders").is_none()));
    assert_eq!(refused("orders"), Some(Limit::App));
    assert!((0..5).all(|_| refused("stock").is_none()));
    assert_eq!(refused("stock"), Some(Limit::Client));
    assert_eq!(
        limit(scene.report(None, "stock", "pod-1")),
        Some(Limit::Process)
    );
}

#[test]
fn fleets_that_nobody_reports_of_make_room() {
    let scene = Scene::new(|_| {});
    for number in 0..MAX_FLEETS {
        assert!(scene.fleet(&format!("app-{number}")).is_some());
    }
    assert!(scene.fleet("one-more").is_none());
    scene.clock.advance(Duration::from_secs(599));
    scene.report(None, "app-7", "pod-1").unwrap();
    scene.clock.advance(Duration::from_secs(2));
    let window = scene.intake.close();
    scene.intake.closed(&window);
    assert_eq!(scene.intake.fleets().len(), 1);
    assert!(scene.fleet("one-more").is_some());
    // the window's fleets are kept until it is written
    let last = &window
        .shards
        .iter()
        .find(|shard| !shard.lasts.is_empty())
        .unwrap()
        .lasts[0];
    assert_eq!(
        scene.intake.fleets().get(last.fleet).unwrap().fleet().app(),
        "app-7"
    );
}

#[test]
fn a_report_is_in_the_window_that_is_open() {
    let scene = Scene::new(|_| {});
    scene.clock.advance(Duration::from_secs(2));
    scene.report(None, "orders", "pod-1").unwrap();
    scene.clock.advance(Duration::from_secs(3));
    let first = scene.intake.close();
    scene.report(None, "orders", "pod-2").unwrap();
    scene.clock.advance(Duration::from_secs(5));
    let second = scene.intake.end();
    assert_eq!([first.number, second.number], [1, 2]);
    assert_eq!([first.instances(), second.instances()], [1, 1]);
    assert_eq!(
        (first.length, first.closed_at),
        (Duration::from_secs(5), second.opened_at)
    );
    let lasts: Vec<_> = first.shards.iter().flat_map(|shard| &shard.lasts).collect();
    assert_eq!(lasts[0].arrived, 2_000);
    let refused = scene.report(None, "orders", "pod-1");
    assert!(matches!(refused, Err(Refused::Ending)), "{refused:?}");
    // for good
    scene.intake.close();
    assert!(scene.report(None, "orders", "pod-1").is_err());
}

#[test]
fn a_window_is_full_at_last() {
    let scene = Scene::new(|settings| settings.max_instances = 3);
    for number in 0..3 {
        scene
            .report(None, "orders", &format!("pod-{number}"))
            .unwrap();
    }
    let refused = scene.report(None, "orders", "pod-3");
    let full = matches!(
        refused,
        Err(Refused::Full {
            full: NoRoom::Window(_),
            ..
        })
    );
    assert!(full, "{refused:?}");
}
