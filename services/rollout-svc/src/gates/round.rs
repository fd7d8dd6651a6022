//! The questions of a round, and what their answers say of each application.

use std::collections::BTreeMap;

use vortex_bucket::Arm;

use super::{Inner, subject::Subject};
use crate::domain::{
    Query,
    analysis::{
        Application, Finding, QueryEvidence, Sample, Samples, WebhookEvidence, WebhookFinding,
    },
};

/// A question to one gate about one application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    /// Which gate, in the order of the plan.
    gate: Gate,
    /// Which application; `None` where it is the same question about each.
    app: Option<Application>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gate {
    Query(usize),
    Webhook(usize),
}

/// The questions of a round, and those of them that are about all applications at once.
pub(super) fn questions(subject: &Subject<'_>) -> (Vec<usize>, Vec<Question>) {
    let gates = subject.gates();
    let has_stable = subject.round.has_stable;
    let queries = gates.queries.iter().enumerate();
    let queries = queries.filter(|(_, query)| query.limits.judge(has_stable));
    let (named, shared): (Vec<_>, Vec<_>) = queries.partition(|(_, query)| query.text.names_app());
    let shared: Vec<usize> = shared.into_iter().map(|(index, _)| index).collect();
    let mut questions: Vec<Question> = shared
        .iter()
        .map(|index| Question {
            gate: Gate::Query(*index),
            app: None,
        })
        .collect();
    for app in subject.round.applications.keys() {
        let of_app = |gate| Question {
            gate,
            app: Some(app.clone()),
        };
        questions.extend(named.iter().map(|(index, _)| of_app(Gate::Query(*index))));
        questions.extend((0..gates.webhooks.len()).map(|index| of_app(Gate::Webhook(index))));
    }
    (shared, questions)
}

/// What was found of each application: each gate once, in the order of the plan.
pub(super) fn by_application(
    subject: &Subject<'_>,
    shared: &[usize],
    answered: Vec<(Question, Finding)>,
) -> BTreeMap<Application, Vec<Finding>> {
    let mut answered: BTreeMap<Question, Finding> = answered.into_iter().collect();
    let common: Vec<(usize, Finding)> = shared
        .iter()
        .filter_map(|index| {
            let question = Question {
                gate: Gate::Query(*index),
                app: None,
            };
            Some((*index, answered.remove(&question)?))
        })
        .collect();
    let of_app = |app: &Application| {
        let own = answered
            .iter()
            .filter(|(question, _)| question.app.as_ref() == Some(app))
            .map(|(question, finding)| (question.gate, finding.clone()));
        let common = common
            .iter()
            .map(|(index, finding)| (Gate::Query(*index), finding.clone()));
        let mut all: Vec<_> = own.chain(common).collect();
        all.sort_by_key(|(gate, _)| *gate);
        all.into_iter().map(|(_, finding)| finding).collect()
    };
    let apps = subject.round.applications.keys();
    apps.map(|app| (app.clone(), of_app(app))).collect()
}

impl Inner {
    /// Puts a question, and answers what it found.
    pub(super) async fn put(&self, subject: &Subject<'_>, question: &Question) -> Finding {
        match question.gate {
            Gate::Query(index) => {
                let asked = self.query(subject, index, question.app.as_ref()).await;
                Finding::Query(asked)
            }
            Gate::Webhook(index) => {
                let app = question.app.as_ref();
                Finding::Webhook(self.webhook(subject, index, app).await)
            }
        }
    }

    async fn query(
        &self,
        subject: &Subject<'_>,
        index: usize,
        app: Option<&Application>,
    ) -> QueryEvidence {
        let query = &subject.gates().queries[index];
        if app.is_some_and(|app| app.as_str() == Application::UNNAMED) {
            let why = "no application has reported yet, so nobody knows of which to ask";
            return QueryEvidence::unanswered(&query.name, why);
        }
        let compares = subject.round.has_stable && query.limits.compares();
        let canary = self.sample(subject, query, index, app, Arm::Canary);
        let stable = async {
            match compares {
                true => Some(self.sample(subject, query, index, app, Arm::Stable).await),
                false => None,
            }
        };
        let (canary, stable) = tokio::join!(canary, stable);
        let samples = Samples { canary, stable };
        QueryEvidence::judge(&query.name, &query.limits, query.no_value, &samples)
    }

    async fn sample(
        &self,
        subject: &Subject<'_>,
        query: &Query,
        index: usize,
        app: Option<&Application>,
        arm: Arm,
    ) -> Sample {
        let Some(provider) = self.providers.get(&query.provider) else {
            return Err(format!(
                "there is no provider {} in the settings any more",
                query.provider
            ));
        };
        provider.ask(&subject.query(index, app, arm), subject).await
    }

    async fn webhook(
        &self,
        subject: &Subject<'_>,
        index: usize,
        app: Option<&Application>,
    ) -> WebhookEvidence {
        let webhook = &subject.gates().webhooks[index];
        let answer = match (&self.webhooks, app) {
            (Some(webhooks), Some(app)) => webhooks.ask(webhook, app, subject).await,
            _ => Err("the settings allow no webhooks any more".to_owned()),
        };
        match answer {
            Ok((finding, message)) => WebhookEvidence {
                gate: webhook.name.clone(),
                finding,
                message,
            },
            Err(why) => WebhookEvidence {
                gate: webhook.name.clone(),
                finding: WebhookFinding::Unanswered,
                message: why,
            },
        }
    }
}
