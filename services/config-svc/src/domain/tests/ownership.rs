//! Who owns what, and what follows from it.

mod model;

use super::*;

fn cluster(id: &str) -> ClusterId {
    id.parse().unwrap()
}

fn place(pattern: &str) -> Result<Place, NotANamespace> {
    Place::of(&pattern.parse().unwrap())
}

fn give(pattern: &str, to: &str) -> Command {
    Command::SetOwnership(SetOwnership {
        pattern: pattern.parse().unwrap(),
        owner: cluster(to),
        expect_epoch: None,
        force: false,
    })
}

fn take(pattern: &str, epoch: u64, to: &str) -> Command {
    let Command::SetOwnership(set) = give(pattern, to) else {
        unreachable!("it is one");
    };
    Command::SetOwnership(SetOwnership {
        expect_epoch: Some(epoch),
        force: true,
        ..set
    })
}

/// A history of the cluster eu.
fn eu() -> History {
    History {
        own: cluster("eu"),
        ..History::default()
    }
}

impl History {
    fn owner(&self, at: &str) -> Option<(&str, u64)> {
        let owner = self.state.owner_of(&Label::main(), &path(at))?;
        Some((owner.cluster.as_str(), owner.epoch))
    }

    /// Folds a record that another cluster wrote.
    fn take_in(&mut self, from: &str, body: Body) {
        self.now += 1;
        let record = Record {
            seq: self.state.head.next(),
            time: self.state.time.next(at(self.now)),
            origin: Origin {
                epoch: self.state.epoch_of(&body),
                cluster: cluster(from),
                store: StoreId::from_u128(7),
                sequence: 1,
            },
            principal: String::new(),
            request: None,
            body,
            about: None,
            moves: Moves::default(),
        };
        let own_sequence = self.state.own_sequence;
        self.state = fold(&self.state, &record).unwrap();
        self.state.own_sequence = own_sequence;
    }
}

fn not_owner(owner: &str, what: &str) -> Result<Outcome, Refused> {
    Err(Refused::NotOwner {
        owner: cluster(owner),
        what: what.to_owned(),
    })
}

#[test]
fn a_documents_place_follows_from_its_path_alone() {
    let stands = [
        ("orders/prod", "orders-prod.yml", true),
        ("orders/prod", "orders-prod.properties", true),
        ("orders/prod", "orders.yml", false),
        ("orders/prod", "orders-prod-x.yml", false),
        ("orders/default", "orders.yml", true),
        ("orders/default", "orders-prod.yml", false),
        ("orders/**", "orders.yml", true),
        ("orders/*", "orders-prod.yml", true),
        ("orders", "orders-a-b.json", true),
        ("orders/**", "ordersx.yml", false),
        ("orders/**", "orders-a/b.yml", false),
        ("orders/**", "orders.txt", false),
        ("**", "orders-a/b.yml", true),
        ("**", "README.md", true),
    ];
    for (pattern, at, has) in stands {
        assert_eq!(
            place(pattern).unwrap().has(&path(at)),
            has,
            "{pattern} {at}"
        );
    }
    assert_eq!(place("a-b/default"), place("a/b"));
    assert_ne!(place("a/**"), place("a/default"));
    assert_eq!(place("main:a/b"), Err(NotANamespace::Label));
    assert_eq!(place("*/prod"), Err(NotANamespace::Profile));
}

#[test]
fn as_long_as_nothing_is_said_everything_is_this_clusters() {
    let mut history = eu();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    assert_eq!(history.owner("a.yml"), None);
    assert_eq!(history.records[0].origin.epoch, 1);
}

#[test]
fn the_first_ownership_says_who_owns_the_rest() {
    let mut history = eu();
    history.run(give("orders/**", "us")).unwrap();
    assert_eq!(history.owner("orders-x.yml"), Some(("us", 2)));
    assert_eq!(history.owner("a.yml"), Some(("eu", 1)));
    history.run(give("orders/**", "us")).unwrap_err();
    assert_eq!(history.state.ownership.len(), 2);
}

#[test]
fn what_another_cluster_owns_does_not_change_here() {
    let mut history = eu();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    history.run(stage("v2", "orders.yml", "a: 2")).unwrap();
    history.run(give("orders/**", "us")).unwrap();
    let before = history.state.clone();
    let refused = not_owner("us", "orders.yml");
    assert_eq!(
        history.run(put("v1", "orders.yml", "a: 1")),
        refused,
        "also where it is so already"
    );
    assert_eq!(history.run(release("v2")), refused);
    assert_eq!(history.run(Command::Discard(selector("v2"))), refused);
    assert_eq!(
        history.run(give("orders/prod", "eu")),
        not_owner("us", "orders/prod")
    );
    assert_eq!(history.state, before);
    history.run(put("v3", "a.yml", "a: 3")).unwrap();
}

#[test]
fn a_change_set_has_one_owner() {
    let mut history = eu();
    history.run(give("orders/**", "us")).unwrap();
    let both = vec![
        document("a.yml", Some("a: 1")),
        document("orders.yml", Some("a: 1")),
        document("orders-x.yml", Some("a: 1")),
    ];
    let refused = history
        .run(Command::Write(write(Some("v1"), both)))
        .unwrap_err();
    let parts = vec![
        (cluster("eu"), "a.yml".to_owned()),
        (cluster("us"), "orders.yml".to_owned()),
    ];
    assert_eq!(refused, Refused::SpansOwners(parts));
    let told = refused.to_string();
    assert!(
        told.ends_with("eu owns a.yml, us owns orders.yml"),
        "{told}"
    );
}

#[test]
fn an_owner_hands_over_and_says_up_to_where_it_counts() {
    let mut history = eu();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(give("**", "eu")).unwrap();
    history.run(give("a/**", "us")).unwrap();
    let owned = history
        .state
        .ownership
        .get(&place("a/**").unwrap())
        .unwrap();
    let fence = owned.fence.as_ref().unwrap();
    assert_eq!((owned.epoch.counter, owned.forced), (2, false));
    assert_eq!((fence.cluster.as_str(), fence.sequence), ("eu", 2));
    assert_eq!(history.records.last().unwrap().origin.epoch, 2);
    // and is not the one who takes it back
    assert_eq!(history.run(give("a/**", "eu")), not_owner("us", "a/**"));
}

#[test]
fn what_is_taken_by_force_must_be_as_it_was_seen() {
    let mut history = eu();
    history.run(give("a/**", "us")).unwrap();
    let moved = Refused::EpochMoved {
        expected: 1,
        epoch: 2,
    };
    assert_eq!(history.run(take("a/**", 1, "eu")), Err(moved));
    history.run(take("a/**", 2, "eu")).unwrap();
    let owned = history
        .state
        .ownership
        .get(&place("a/**").unwrap())
        .unwrap();
    assert_eq!(
        (owned.epoch.counter, owned.forced, &owned.fence),
        (3, true, &None)
    );
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    assert_eq!(history.records.last().unwrap().origin.epoch, 3);
}

#[test]
fn a_cluster_may_be_given_its_name_later() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(give("orders/**", "us")).unwrap();
    history.own = cluster("eu");
    history.run(put("v2", "a.yml", "a: 2")).unwrap();
    assert_eq!(history.owner("a.yml"), Some(("local", 1)));
}

#[test]
fn a_label_that_a_source_feeds_is_its_clusters_as_a_whole() {
    let mut history = eu();
    let import = |commit: &str, at: &str| {
        Command::Import(Import {
            source: "git".parse().unwrap(),
            label: "fed".parse().unwrap(),
            commit: name(commit),
            message: String::new(),
            author: String::new(),
            documents: vec![document(at, Some(commit))],
            release: ReleaseBy::Import,
            compared_at: None,
        })
    };
    history.run(import("c1", "orders.yml")).unwrap();
    history.run(give("orders/**", "us")).unwrap();
    history.run(import("c2", "orders.yml")).unwrap();
    let fed: Label = "fed".parse().unwrap();
    let owner = history.state.owner_of(&fed, &path("orders.yml")).unwrap();
    assert_eq!(owner.cluster.as_str(), "eu");
    // one that is not fed yet belongs to whom its documents do
    let Command::Import(mut other) = import("c3", "orders.yml") else {
        unreachable!("it is one");
    };
    other.label = "new".parse().unwrap();
    let refused = history.run(Command::Import(other));
    assert_eq!(refused, not_owner("us", "orders.yml"));
    // elsewhere nothing of it changes
    history.own = cluster("us");
    assert_eq!(history.run(import("c4", "a.yml")), not_owner("eu", "fed"));
}

#[test]
fn an_owner_lets_go_of_what_is_its_own() {
    const DAY: i64 = 24 * 3600;
    let mut history = eu();
    for at in ["a.yml", "orders.yml"] {
        for version in ["v1", "v2", "v3"] {
            let version = format!("{version}-{}", &at[..1]);
            history.run(put(&version, at, &version)).unwrap();
        }
    }
    history.run(give("orders/**", "us")).unwrap();
    history.now = 40 * DAY;
    history.run(Command::Retain).unwrap();
    let kept = |history: &History, at: &str| {
        let document = history.state.document("main", at).unwrap();
        document.versions.len()
    };
    assert_eq!(
        (kept(&history, "a.yml"), kept(&history, "orders.yml")),
        (1, 3)
    );
    let head = history.state.head;
    history.run(Command::Retain).unwrap();
    assert_eq!(
        history.state.head, head,
        "nothing of its own is left to let go of"
    );
    let before = at(10 * DAY);
    history.take_in("us", Body::Retained { before });
    assert_eq!(
        (kept(&history, "a.yml"), kept(&history, "orders.yml")),
        (1, 1)
    );
}
