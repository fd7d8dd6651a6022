//! Commits of a repository that are rolled out by themselves.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options, Repository, ServiceName};

use crate::{command::vortex, course::Course};

crate::in_both_modes! {
    a_commit_of_three_files_is_one_rollout
    a_newer_commit_waits_for_the_rollout_that_runs
    a_newer_commit_takes_the_place_of_the_rollout_that_runs
    a_commit_supersedes_once_whoever_is_killed_meanwhile
    nothing_is_superseded_while_a_freeze_would_hold_what_follows
    a_forced_release_is_noticed_at_once
    a_commit_is_rolled_out_once_whoever_is_killed_meanwhile
}

/// A mesh that rolls commits out, and the first commit that it serves.
async fn fed(mode: Mode, repository: &Repository) -> Mesh {
    fed_by(mode, repository, Options::default()).await
}

/// The same, where a newer commit takes the place of the one that is rolled out.
async fn superseding(mode: Mode, repository: &Repository) -> Mesh {
    let options = Options {
        supersede: true,
        ..Options::default()
    };
    fed_by(mode, repository, options).await
}

async fn fed_by(mode: Mode, repository: &Repository, options: Options) -> Mesh {
    let first = repository.commit(&files("value: 1\n"));
    let options = Options {
        git: Some(repository.path()),
        release: Some("rollout"),
        ..options
    };
    let mesh = Mesh::start(mode, &options);
    mesh.get_until("/orders/default", serves(first)).await;
    mesh
}

fn files(value: &'static str) -> [(&'static str, &'static str); 3] {
    [
        ("orders.yml", value),
        ("orders-prod.yml", value),
        ("billing.yml", value),
    ]
}

fn serves(commit: String) -> impl Fn(&Answer) -> bool {
    move |answer| answer.status == 200 && answer.json()["version"] == commit
}

/// The rollouts of a change set, whatever became of them.
async fn rollouts_of(mesh: &Mesh, change: &str) -> Vec<Value> {
    let list = mesh.get("/api/rollouts").await.json();
    let rollouts = list["rollouts"].as_array().expect("rollouts").iter();
    let of_change = rollouts.filter(|rollout| rollout["change"] == change);
    of_change.cloned().collect()
}

/// The rollout of a commit, once config-svc serves its first share.
async fn begun(mesh: Mesh, commit: &str) -> Course {
    let begun = |answer: &Answer| {
        let list = answer.json();
        let rollouts = list["rollouts"].as_array().cloned().unwrap_or_default();
        rollouts
            .iter()
            .any(|rollout| rollout["change"] == commit && rollout["effect"] == "confirmed")
    };
    mesh.get_until("/api/rollouts", begun).await;
    let found = rollouts_of(&mesh, commit).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let id = found[0]["id"].as_str().expect("an id").to_owned();
    Course { mesh, id }
}

async fn a_commit_of_three_files_is_one_rollout(mode: Mode) {
    let repository = Repository::empty();
    let mesh = fed(mode, &repository).await;
    let second = repository.commit(&files("value: 2\n"));
    let course = begun(mesh, &second).await;
    let rollout = course.rollout().await;
    assert_eq!(rollout["paths"].as_array().map(Vec::len), Some(3));
    assert_eq!(rollout["source"], "git", "{rollout}");
    assert_eq!(rollout["strategy"], "conservative", "{rollout}");
    assert_eq!(rollout["state"], "running", "{rollout}");
    course.reads_are_whole_while_it_is_promoted().await;
    course
        .mesh
        .get_until("/orders/default", serves(second))
        .await;
    course.mesh.stop();
}

async fn a_newer_commit_waits_for_the_rollout_that_runs(mode: Mode) {
    let repository = Repository::empty();
    let mesh = fed(mode, &repository).await;
    let second = repository.commit(&files("value: 2\n"));
    let course = begun(mesh, &second).await;
    let third = repository.commit(&[("shipping.yml", "value: 3\n")]);
    let waits = |answer: &Answer| answer.json()["labels"][0]["pending_commit"] == third;
    let source = course
        .mesh
        .get_until("/api/sources/git", waits)
        .await
        .json();
    assert_eq!(source["labels"][0]["pending_reason"], "ROLLOUT_CONFLICT");
    // health is told a moment after the source
    let told = |answer: &Answer| {
        let health = answer.text();
        health.contains(&third) && health.contains(&course.id)
    };
    course
        .mesh
        .admin_until(ServiceName::Config, "/health", told)
        .await;
    assert_eq!(course.command("rollback").await.status, 200);
    let Course { mesh, .. } = course;
    let next = begun(mesh, &third).await;
    let paths = next.rollout().await["paths"].as_array().map(Vec::len);
    assert_eq!(paths, Some(4), "what was rolled back is in the repository");
    next.mesh.stop();
}

async fn a_newer_commit_takes_the_place_of_the_rollout_that_runs(mode: Mode) {
    let repository = Repository::empty();
    let mesh = superseding(mode, &repository).await;
    let second = repository.commit(&files("value: 2\n"));
    let first = begun(mesh, &second).await;
    assert_eq!(first.command("pause").await.status, 200);
    let (old, mesh) = (first.id, first.mesh);
    let third = repository.commit(&[("shipping.yml", "value: 3\n")]);
    let next = begun(mesh, &third).await;
    let paths = next.rollout().await["paths"].as_array().map(Vec::len);
    assert_eq!(paths, Some(4), "with what was superseded");
    let why = format!("superseded by {third}");
    let ended = next.mesh.get(&format!("/api/rollouts/{old}")).await.json();
    assert_eq!(
        (&ended["state"], &ended["reason"]),
        (&json!("rolled_back"), &json!(why))
    );
    for what in [format!("rollout get {old}"), format!("rollout audit {old}")] {
        let shown = vortex(&next.mesh, &what).await;
        assert!(shown.out.contains(&why), "{what}: {shown:?}");
    }
    let log = vortex(&next.mesh, "log -o json").await;
    assert!(
        log.out.contains(&why) && log.out.contains("source:git"),
        "{log:?}"
    );
    let breaker = next.mesh.get("/api/breaker").await.json();
    assert_eq!(breaker["rollbacks"], json!([]), "{breaker}");
    next.reads_are_whole_while_it_is_promoted().await;
    next.mesh.get_until("/orders/default", serves(third)).await;
    next.mesh.stop();
}

async fn a_commit_supersedes_once_whoever_is_killed_meanwhile(mode: Mode) {
    let victims: &[ServiceName] = match mode {
        Mode::One => &[ServiceName::Config],
        Mode::Many => &[ServiceName::Rollout, ServiceName::Config],
    };
    let repository = Repository::empty();
    let mesh = superseding(mode, &repository).await;
    let mut commit = repository.commit(&files("value: 2\n"));
    let mut course = begun(mesh, &commit).await;
    for (value, victim) in ["value: 3\n", "value: 4\n"]
        .into_iter()
        .zip(victims.iter().cycle())
    {
        let (old, mut mesh) = (course.id, course.mesh);
        let newer = repository.commit(&files(value));
        let waits = |answer: &Answer| {
            let label = &answer.json()["labels"][0];
            label["pending_rollout"] == old || label["commit"] == newer
        };
        mesh.get_until("/api/sources/git", waits).await;
        mesh.kill(*victim);
        mesh.start_again(*victim);
        course = begun(mesh, &newer).await;
        let superseded = rollouts_of(&course.mesh, &commit).await;
        assert_eq!(superseded.len(), 1, "{superseded:?}");
        assert_eq!(superseded[0]["reason"], format!("superseded by {newer}"));
        commit = newer;
    }
    course.mesh.stop();
}

async fn nothing_is_superseded_while_a_freeze_would_hold_what_follows(mode: Mode) {
    let repository = Repository::empty();
    let mesh = superseding(mode, &repository).await;
    let second = repository.commit(&files("value: 2\n"));
    let course = begun(mesh, &second).await;
    let freeze = json!({"apps": ["billing"], "reason": "the audit"});
    let set = course.mesh.post("/api/freezes", &freeze).await;
    assert_eq!(set.status, 201, "{}", set.text());
    let id = set.json()["freeze"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let third = repository.commit(&files("value: 3\n"));
    let waits = |answer: &Answer| {
        let label = &answer.json()["labels"][0];
        label["pending_rollout"] == course.id && label["pending_freeze"] == id
    };
    course.mesh.get_until("/api/sources/git", waits).await;
    assert_eq!(course.rollout().await["state"], "running");
    assert_eq!(course.command("pause").await.status, 200);
    let thaw = course.mesh.request("DELETE", &format!("/api/freezes/{id}"));
    assert_eq!(course.mesh.send(thaw).await.status, 200);
    let (old, mesh) = (course.id, course.mesh);
    let next = begun(mesh, &third).await;
    let ended = next.mesh.get(&format!("/api/rollouts/{old}")).await.json();
    assert_eq!(ended["reason"], format!("superseded by {third}"));
    next.mesh.stop();
}

async fn a_forced_release_is_noticed_at_once(mode: Mode) {
    let repository = Repository::empty();
    let mesh = fed(mode, &repository).await;
    let second = repository.commit(&files("value: 2\n"));
    let course = begun(mesh, &second).await;
    let release = format!("/api/changes/{second}/release");
    let forced = course.mesh.post(&release, &json!({"force": true})).await;
    assert_eq!(forced.status, 200, "{}", forced.text());
    // what is stable everywhere is its own
    course
        .mesh
        .get_until(&course.path(""), |answer| {
            answer.json()["state"] == "completed"
        })
        .await;
    let last = course.audit().await.pop().expect("an entry");
    assert_eq!(last["principal"], "anonymous", "{last}");
    let reason = last["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(&second), "{last}");
    course
        .mesh
        .get_until("/orders/default", serves(second))
        .await;
    course.mesh.stop();
}

async fn a_commit_is_rolled_out_once_whoever_is_killed_meanwhile(mode: Mode) {
    let victims: &[ServiceName] = match mode {
        Mode::One => &[ServiceName::Config],
        Mode::Many => &[ServiceName::Rollout, ServiceName::Config],
    };
    let repository = Repository::empty();
    let mut mesh = fed(mode, &repository).await;
    for (value, victim) in ["value: 2\n", "value: 3\n"]
        .into_iter()
        .zip(victims.iter().cycle())
    {
        if *victim == ServiceName::Rollout && mode == Mode::Many {
            mesh.kill(*victim);
        }
        let commit = repository.commit(&files(value));
        if *victim == ServiceName::Rollout && mode == Mode::Many {
            let awaits = |answer: &Answer| answer.json()["labels"][0]["awaits_rollout"] == true;
            mesh.get_until("/api/sources/git", awaits).await;
        } else {
            let imported = |answer: &Answer| answer.status == 200;
            mesh.get_until(&format!("/api/changes/{commit}"), imported)
                .await;
            mesh.kill(*victim);
        }
        mesh.start_again(*victim);
        let course = begun(mesh, &commit).await;
        assert_eq!(course.command("complete").await.status, 200);
        course
            .mesh
            .get_until("/orders/default", serves(commit.clone()))
            .await;
        Course { mesh, .. } = course;
        assert_eq!(rollouts_of(&mesh, &commit).await.len(), 1);
    }
    mesh.stop();
}

impl Course {
    /// Promotes to the end, and reads both applications at each share: nobody sees one value of
    /// the commit without the other.
    async fn reads_are_whole_while_it_is_promoted(&self) {
        loop {
            for number in 0..20 {
                let instance = format!("i-{number}");
                let values = [
                    self.value("orders", "prod", &instance).await,
                    self.value("billing", "default", &instance).await,
                ];
                let split = self
                    .mesh
                    .get(&format!("/api/splits/{}", self.id))
                    .await
                    .json();
                assert_eq!(values[0], values[1], "{instance} while {split}");
            }
            let rollout = self.rollout().await;
            if rollout["state"] == "completed" {
                return;
            }
            let promoted = self.command("promote").await;
            assert_eq!(promoted.status, 200, "{}", promoted.text());
            self.mesh
                .get_until(&self.path(""), |answer| {
                    answer.json()["effect"] == "confirmed"
                })
                .await;
        }
    }

    async fn value(&self, app: &str, profile: &str, instance: &str) -> Value {
        let path = format!("/api/effective/{app}/{profile}?instance={instance}");
        self.mesh.get(&path).await.json()["config"]["value"].take()
    }
}
