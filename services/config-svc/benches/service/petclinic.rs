//! A real configuration repository, imported by the Git source.

use std::{collections::HashMap, path::Path, process::Command, sync::Arc, time::Duration};

use tempfile::TempDir;
use vortex_config_svc::{
    ReleasePolicy, Settings,
    parts::{ClusterId, ConfigStore, Configuration, GitSettings, Grpc, Label, Sources, ViewKey},
};
use vortex_kit::{clock::System, process::Runtime};
use vortex_store::{Embedded, Options};

/// The service over petclinic's configuration.
pub(crate) struct Petclinic {
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) grpc: Grpc,
    pub(crate) key: ViewKey,
    /// Removed at the end.
    _folder: TempDir,
}

impl Petclinic {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        clone(&repository);
        let sources = Sources::new(vec![GitSettings {
            name: Settings::default_git_name(),
            location: repository.into(),
            mirror: folder.path().join("mirror"),
            poll: Duration::from_secs(3600),
            timeout: Settings::DEFAULT_GIT_TIMEOUT,
            release: ReleasePolicy::Auto,
            search_paths: Vec::new(),
        }]);
        let runtime = Runtime::new("config-svc", "0.1.0", System::shared());
        let configuration = open(&folder.path().join("store"), &sources).await;
        sources.start(&configuration, &runtime);
        sources.sync("git").await.expect("it is imported");
        let grpc = Grpc::new(configuration.clone(), sources, runtime.lifecycle.clone());
        Self {
            configuration,
            grpc,
            key: vets_service(),
            _folder: folder,
        }
    }
}

fn clone(to: &Path) {
    let bundle = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/data/petclinic-config.bundle"
    );
    let cloned = Command::new("git")
        .args(["clone", "-q", "--mirror", bundle])
        .arg(to)
        .status()
        .expect("there is git");
    assert!(cloned.success());
}

async fn open(folder: &Path, sources: &Sources) -> Arc<Configuration> {
    let engine = Embedded::open(folder, Options::default()).unwrap();
    let store = ConfigStore::new(Arc::new(engine));
    let locations: HashMap<_, _> = sources.locations().collect();
    let opened =
        Configuration::open(store, ClusterId::default(), locations, System::shared()).await;
    let (configuration, writer) = opened.unwrap();
    tokio::spawn(writer);
    Arc::new(configuration)
}

fn vets_service() -> ViewKey {
    ViewKey {
        apps: vec!["vets-service".parse().unwrap()],
        profiles: vec!["docker".parse().unwrap(), "mysql".parse().unwrap()],
        labels: vec![Label::main()],
    }
}
