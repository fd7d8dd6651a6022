//! Asks Prometheus and webhooks how the canaries of rollouts fare.
//!
//! Whom it may ask is a matter of the settings: providers by name, and the hosts of webhooks.
//! Everything that is asked has a deadline, and its answer a bound. What an answer means is the
//! domain's matter.

mod askable;
mod hosts;
mod http;
mod meters;
mod prometheus;
mod round;
mod settings;
mod standing;
mod subject;
mod webhook;

pub(crate) use askable::Askable;
pub use settings::{GateSettings, GatesFile, InvalidGates};

use std::{collections::BTreeMap, sync::Arc};

use futures::{StreamExt as _, stream};
use vortex_kit::{clock::Clock, process::Runtime};

use crate::domain::{
    Rollout, Round,
    analysis::{Application, Finding},
};
use prometheus::Prometheus;
use settings::Known;
use subject::Subject;
use webhook::Webhooks;

/// The number of questions of a rollout that are asked at once.
const AT_ONCE: usize = 8;

/// Asks queries and webhooks. A clone is a pointer.
#[derive(Clone)]
pub(crate) struct Asker {
    inner: Arc<Inner>,
}

struct Inner {
    askable: Askable,
    providers: BTreeMap<String, Prometheus>,
    webhooks: Option<Webhooks>,
    clock: Arc<dyn Clock>,
}

impl Asker {
    /// Asks those that the settings know.
    pub(crate) fn new(known: &Known, runtime: &Runtime) -> Self {
        known.warn_of_readers();
        let providers = known.providers.iter().map(|provider| {
            let asked = Prometheus::new(provider, runtime);
            (provider.name.clone(), asked)
        });
        let webhooks = known.webhooks.as_ref();
        let inner = Inner {
            askable: Askable::of(known),
            providers: providers.collect(),
            webhooks: webhooks.map(|settings| Webhooks::new(settings, runtime)),
            clock: runtime.clock.clone(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// What rollouts may be judged by.
    pub(crate) fn askable(&self) -> Askable {
        self.inner.askable.clone()
    }

    /// Asks all queries and webhooks of a rollout about each of its applications, and answers what
    /// each found. Takes as long as an interval at most.
    pub(crate) async fn ask(
        &self,
        rollout: &Rollout,
        round: &Round,
    ) -> BTreeMap<Application, Vec<Finding>> {
        let subject = Subject::new(rollout, round, self.inner.clock.now());
        let (shared, questions) = round::questions(&subject);
        let asked = questions.into_iter().map(|question| async {
            let finding = self.inner.put(&subject, &question).await;
            (question, finding)
        });
        let answered = stream::iter(asked).buffer_unordered(AT_ONCE);
        let answered: Vec<_> = answered.collect().await;
        round::by_application(&subject, &shared, answered)
    }
}
