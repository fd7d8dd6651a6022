//! What a test does and sees at config-svc.

use tonic::Response;
use vortex_kit::error::Fault;
use vortex_proto::config::v1 as config;

use super::Mesh;

impl Mesh {
    /// Makes `v1` of an application's document stable, and stages `v2` of it.
    pub(crate) async fn stage(&self, app: &str) {
        self.put(app, "v1", false).await;
        self.put(app, "v2", true).await;
    }

    /// Writes a version of an application's document.
    pub(crate) async fn put(&self, app: &str, version: &str, stage_only: bool) {
        let write = config::PutDocumentRequest {
            document: Some(config::DocumentRef {
                app: app.to_owned(),
                ..Default::default()
            }),
            content: format!("version: {version}").into(),
            version: version.to_owned(),
            stage_only,
            ..Default::default()
        };
        self.config.clone().put_document(write).await.unwrap();
    }

    /// Makes a version stable, or answers the error.
    pub(crate) async fn release(
        &self,
        version: &str,
        force: bool,
        reason: &str,
    ) -> Result<config::ReleaseChangeResponse, Fault> {
        let request = config::ReleaseChangeRequest {
            name: version.to_owned(),
            force,
            reason: reason.to_owned(),
            ..Default::default()
        };
        let released = self.config.clone().release_change(request).await;
        released
            .map(Response::into_inner)
            .map_err(|status| Fault::from_status(&status))
    }

    /// The names of the change sets in a state.
    pub(crate) async fn changes(&self, state: config::ChangeState) -> Vec<String> {
        let request = config::ListChangesRequest {
            state: state.into(),
            ..Default::default()
        };
        let listed = self.config.clone().list_changes(request).await.unwrap();
        let changes = listed.into_inner().changes.into_iter();
        changes.map(|change| change.name).collect()
    }

    /// Imports new commits of the repository.
    pub(crate) async fn look(&self) {
        let request = config::SyncSourceRequest {
            name: "git".to_owned(),
        };
        self.sources.clone().sync_source(request).await.unwrap();
    }

    /// The source, as the last look found it.
    pub(crate) async fn source(&self) -> config::Source {
        let request = config::GetSourceRequest {
            name: "git".to_owned(),
        };
        let found = self.sources.clone().get_source(request).await.unwrap();
        found.into_inner().source.unwrap()
    }
}
