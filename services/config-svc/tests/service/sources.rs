//! Git repositories, made by the `git` program, as sources of labels.

mod absence;
mod broken;
mod commits;
mod defects;
mod detach;
mod first_import;
mod freezes;
mod labels;
mod linked;
mod rollouts;
mod work;

use vortex_config_svc::Settings;
use vortex_kit::error::Fault;
use vortex_proto::config::v1 as pb;

use crate::grpc::{Node, Way};
pub(crate) use work::Work;

/// A service that a repository feeds, looked at when it is told to.
struct Fed {
    work: Work,
    node: Node,
}

impl Fed {
    /// A service whose first look is done.
    async fn by(work: Work) -> Self {
        let node = work.serve(|_| ()).await;
        let fed = Self { work, node };
        fed.look().await;
        fed
    }

    /// Looks at the repository now, and answers how it stands.
    async fn look(&self) -> pb::Source {
        self.try_look().await.expect("it is read")
    }

    async fn try_look(&self) -> Result<pb::Source, Fault> {
        let request = pb::SyncSourceRequest {
            name: "git".to_owned(),
        };
        let synced = self.node.sources.clone().sync_source(request).await;
        let reply = synced.map_err(|status| Fault::from_status(&status))?;
        Ok(reply.into_inner().source.unwrap())
    }

    /// The configuration of an application on a label.
    async fn read(&self, app: &str, label: &str) -> Result<serde_json::Value, Fault> {
        let reply = self.config(app, label).await?;
        Ok(serde_json::from_slice(&reply.config).unwrap())
    }

    async fn config(&self, app: &str, label: &str) -> Result<pb::GetConfigResponse, Fault> {
        let request = pb::GetConfigRequest {
            app: app.to_owned(),
            label: label.to_owned(),
            ..Default::default()
        };
        let read = self.node.config.clone().get_config(request).await;
        let reply = read.map_err(|status| Fault::from_status(&status))?;
        Ok(reply.into_inner())
    }

    async fn file(&self, path: &str) -> Result<pb::GetFileResponse, Fault> {
        let request = pb::GetFileRequest {
            app: "any".to_owned(),
            path: path.to_owned(),
            ..Default::default()
        };
        let read = self.node.config.clone().get_file(request).await;
        let reply = read.map_err(|status| Fault::from_status(&status))?;
        Ok(reply.into_inner())
    }

    /// What `/health` complains about.
    fn complaint(&self) -> Option<String> {
        let report = self.node.runtime.health.snapshot();
        report.degradations.get("source git").cloned()
    }

    /// Ends the service, and leaves the repository.
    async fn stop(self) -> Work {
        self.node.stop().await;
        self.work
    }
}

/// How a label of a source stands.
fn label<'a>(source: &'a pb::Source, name: &str) -> &'a pb::SourceLabel {
    let found = source.labels.iter().find(|label| label.label == name);
    found.expect("the source feeds it")
}

/// The service's settings, for tests that change some.
type Change = fn(&mut Settings);

impl Work {
    /// Serves the repository, from the same folder each time.
    pub(crate) async fn serve(&self, change: Change) -> Node {
        let mut settings = crate::grpc::settings(&self.folder);
        settings.git = Some(self.path.clone().into());
        change(&mut settings);
        Node::start(Way::InProcess, settings).await
    }
}
