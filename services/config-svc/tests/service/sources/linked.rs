//! Configurations beyond the files that are named for an application: imported files, groups of
//! profiles, folders that are searched.

use serde_json::{Value, json};
use vortex_kit::error::Reason;
use vortex_proto::config::v1 as pb;

use super::{Fed, Work};

impl Fed {
    /// The names of an application's property sources, highest first.
    async fn names(&self, app: &str, profiles: &[&str]) -> Vec<String> {
        let request = pb::GetEnvironmentRequest {
            view: Some(pb::View {
                apps: vec![app.to_owned()],
                profiles: profiles.iter().map(|p| (*p).to_owned()).collect(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let read = self.node.config.clone().get_environment(request).await;
        let sources = read.unwrap().into_inner().sources.into_iter();
        sources.map(|source| source.path).collect()
    }
}

#[tokio::test]
async fn an_imported_file_is_followed_wherever_it_goes() {
    let work = Work::new();
    work.write(
        "orders.yml",
        "spring.config.import: shared/db.yml\na: orders\n",
    );
    work.write("shared/db.yml", "db: 1\n");
    work.write("shared/db-dev.yml", "db: dev\n");
    work.commit("first");
    let fed = Fed::by(work).await;
    assert_eq!(
        fed.names("orders", &["dev"]).await,
        ["shared/db-dev.yml", "shared/db.yml", "orders.yml"]
    );
    let read = fed.read("orders", "").await.unwrap();
    assert_eq!(read["db"], 1);
    let before = fed.config("orders", "").await.unwrap().version;
    fed.work.commit_file("shared/db.yml", "db: 2\n");
    fed.look().await;
    assert_eq!(fed.read("orders", "").await.unwrap()["db"], 2);
    assert_ne!(fed.config("orders", "").await.unwrap().version, before);
    fed.work.write("orders.yml", "a: orders\n");
    fed.work.commit("no import");
    fed.look().await;
    assert_eq!(
        fed.read("orders", "").await.unwrap(),
        json!({"a": "orders"})
    );
    fed.stop().await;
}

#[tokio::test]
async fn files_that_import_each_other_are_read_once() {
    let work = Work::new();
    work.write(
        "orders.yml",
        "spring.config.import: [a.yml, ../out.yml, nowhere.yml]\n",
    );
    work.write(
        "a.yml",
        "spring.config.import: orders.yml, a.yml, b.yml\na: 1\n",
    );
    work.write("b.yml", "spring.config.import: a.yml\nb: 1\n");
    work.commit("first");
    let fed = Fed::by(work).await;
    assert_eq!(
        fed.names("orders", &["default"]).await,
        ["b.yml", "a.yml", "orders.yml"]
    );
    fed.stop().await;
}

#[tokio::test]
async fn the_members_of_a_group_are_active_with_it() {
    let work = Work::new();
    work.write("orders.yml", "spring.profiles.group.prod: [east]\n---\nspring.config.activate.on-profile: east\nin: east\n");
    work.write("orders-east.yml", "a: east\n");
    work.write("orders-prod.yml", "a: prod\n");
    work.commit("first");
    let fed = Fed::by(work).await;
    let names = fed.names("orders", &["prod"]).await;
    assert_eq!(
        names,
        [
            "orders-east.yml",
            "orders-prod.yml",
            "orders.yml",
            "orders.yml"
        ]
    );
    assert_eq!(fed.names("orders", &["default"]).await, ["orders.yml"]);
    fed.stop().await;
}

#[tokio::test]
async fn folders_are_searched_by_their_patterns() {
    let work = Work::new();
    for (path, content) in [
        ("orders.yml", "where: top"),
        ("sub/orders.yml", "where: sub"),
        ("orders-conf/orders.yml", "where: conf"),
        ("teams/a/shared/orders.yml", "where: shared"),
        ("other/orders.yml", "where: other"),
        ("sub/nginx.conf", "sub"),
        ("nginx.conf", "top"),
    ] {
        work.write(path, content);
    }
    work.commit("first");
    let node = work
        .serve(|settings| {
            let paths = ["sub", "{application}-*", "teams/**/shared"];
            settings.git_search_paths = paths.map(str::to_owned).to_vec();
        })
        .await;
    let fed = Fed { work, node };
    fed.look().await;
    assert_eq!(
        fed.names("orders", &["default"]).await,
        [
            "teams/a/shared/orders.yml",
            "orders-conf/orders.yml",
            "sub/orders.yml",
            "orders.yml"
        ]
    );
    assert_eq!(fed.file("nginx.conf").await.unwrap().content, "sub");
    fed.work
        .commit_file("teams/a/shared/orders.yml", "where: moved");
    fed.look().await;
    let read: Value = fed.read("orders", "").await.unwrap();
    assert_eq!(read, json!({"where": "moved"}));
    fed.stop().await;
}

#[tokio::test]
async fn a_pointer_of_git_lfs_is_never_taken_for_the_file() {
    let pointer = "version https://git-lfs.github.com/spec/v1\n\
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 9\n";
    let work = Work::new();
    work.write("orders.yml", pointer);
    work.write("logo.svg", pointer);
    work.write("payments.yml", "a: 1");
    work.commit("first");
    let fed = Fed::by(work).await;
    let fault = fed.read("orders", "").await.unwrap_err();
    assert_eq!(fault.reason(), Reason::DocumentInvalid);
    assert!(fault.message().contains("Git LFS"), "{fault}");
    for path in ["orders.yml", "logo.svg"] {
        let fault = fed.file(path).await.unwrap_err();
        assert_eq!(fault.reason(), Reason::DocumentInvalid, "{path}");
    }
    let source = fed.look().await;
    let defects: Vec<_> = source.defects.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(defects, ["logo.svg", "orders.yml"]);
    // one that is no configuration stops no commit
    fed.work.write("payments.yml", "a: 2");
    fed.work.write("other.svg", pointer);
    fed.work.commit("second");
    fed.look().await;
    assert_eq!(fed.read("payments", "").await.unwrap(), json!({"a": 2}));
    fed.stop().await;
}
