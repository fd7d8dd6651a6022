//! Reads a view, and tells what of it its caller does not know.

use std::sync::Arc;

use prost::Message as _;
use vortex_kit::{
    error::{Fault, Reason},
    grpc::MAX_MESSAGE_BYTES,
};
use vortex_proto::config::v1::{self as pb, watch_views_response::Event};

use super::super::reads;
use super::{
    Watcher,
    asked::{Asked, Content},
    history, message,
};
use crate::{
    domain::{Sha256, SplitId, State},
    error::read_error,
    views::{Part, ReadError, Variants, View},
};

impl Watcher {
    /// What has to be sent of a view, if anything.
    pub(super) async fn read(&mut self, number: u32) -> Option<Event> {
        let view = self.followed.get(number)?;
        let asked = match &view.asked {
            Ok(asked) => asked,
            Err(fault) => {
                let fault = fault.clone();
                return self.faulty(number, &fault);
            }
        };
        match self.newest(asked).await {
            Ok((state, variants)) => {
                let message = message::state(asked, &variants);
                self.news(number, &state, &variants, message)
            }
            Err(fault) => self.faulty(number, &fault),
        }
    }

    fn faulty(&mut self, number: u32, fault: &Fault) -> Option<Event> {
        let is_news = self.followed.note_fault(number, fault);
        is_news.then(|| {
            let fault = message::fault(fault);
            Event::Fault(pb::ViewFault { number, ..fault })
        })
    }

    /// The state that was looked at last, and the view there.
    ///
    /// Not the newest: what has come and gone between the two would be found in a view that was read
    /// in between, and in no difference of what is looked at.
    async fn newest(&self, asked: &Asked) -> Result<(Arc<State>, Variants), Fault> {
        let state = self.followed.state().clone();
        reads::check(&self.grpc, &state, &asked.key, &asked.min_token)?;
        let configuration = &self.grpc.configuration;
        let variants = configuration.variants(&state, &asked.key).await;
        let variants = variants.map_err(|error| read_error(&error))?;
        for view in variants.views.iter().flatten().flatten() {
            for part in parts(asked.content) {
                configuration.prepare_patiently(view, *part).await?;
            }
        }
        match all_failed(&variants) {
            Some(error) => Err(read_error(error)),
            None => Ok((state, variants)),
        }
    }

    /// The state, unless its caller knows it.
    fn news(
        &mut self,
        number: u32,
        state: &State,
        variants: &Variants,
        mut message: pb::ViewState,
    ) -> Option<Event> {
        let history = self.history(number, state, variants, &message);
        let sent = self.followed.note_state(number)?;
        let hash = Some(Sha256::of(&message.encode_to_vec()));
        let ids: Vec<SplitId> = variants
            .splits
            .iter()
            .map(|split| split.id.clone())
            .collect();
        let is_known = sent.state == hash && history.is_empty();
        sent.history = Some((state.head, ids.clone()));
        (sent.state, sent.splits) = (hash, ids);
        sent.is_linked = variants
            .views
            .iter()
            .flatten()
            .flatten()
            .any(|view| view.rendered.is_linked());
        if is_known {
            return None;
        }
        message.number = number;
        message.token = super::convert::token(&self.grpc.configuration, state.head);
        message.source_age = source_age(&self.grpc, variants);
        self.ages.note(message.source_age.as_ref());
        message.history = history;
        if message.encoded_len() > MAX_MESSAGE_BYTES {
            let why =
                format!("the view has more than {MAX_MESSAGE_BYTES} bytes in all its variants");
            return self.faulty(number, &Fault::new(Reason::MessageTooLarge, why));
        }
        Some(Event::State(message))
    }

    /// What has joined the history since what was sent.
    fn history(
        &self,
        number: u32,
        state: &State,
        variants: &Variants,
        message: &pb::ViewState,
    ) -> Vec<pb::ServedVersion> {
        let Some(view) = self.followed.get(number) else {
            return Vec::new();
        };
        match &view.asked {
            Ok(asked) if asked.history => {
                history::since(&view.sent, state, &asked.key, variants, message)
            }
            _ => Vec::new(),
        }
    }
}

/// What has to be made of a view before it is sent.
fn parts(content: Content) -> &'static [Part] {
    match content {
        Content::Versions | Content::Config => &[Part::Effective],
        Content::Environment { origins: false } => &[Part::Effective, Part::Properties],
        Content::Environment { origins: true } => {
            &[Part::Effective, Part::Properties, Part::Origins]
        }
    }
}

/// Why no variant can be served, if none can.
fn all_failed(variants: &Variants) -> Option<&ReadError> {
    let views = variants.views.as_ref()?;
    let mut errors = views.iter().map(|view| view.as_ref().err());
    let first = errors.next()??;
    errors.all(|error| error.is_some()).then_some(first)
}

fn source_age(grpc: &super::Grpc, variants: &Variants) -> Option<pb::SourceAge> {
    let mut views = variants.views.iter().flatten().flatten();
    let view: &Arc<View> = views.next()?;
    reads::source_age(grpc, &view.basis)
}
