//! Lists what happened: the log, newest first.

mod about;

use jiff::Timestamp;
use prost::Message as _;
use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
    grpc::page,
};
use vortex_proto::config::v1 as pb;

use self::about::{About, undo_of};
use super::{Grpc, convert, parse};
use crate::{
    domain::{Body, Record, Relevance, Seq, State},
    error::store_error,
};

/// The most records that a call looks at.
const MAX_LOOKED_AT: usize = 10_000;
/// The bytes after which a page ends, so that it fits in a message.
const LISTED_BYTES: usize = 4 << 20;

/// What is listed.
struct Filter {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    label: String,
    relevance: Option<Relevance>,
    author: String,
}

pub(super) async fn list(
    grpc: &Grpc,
    access: Access,
    request: pb::ListEventsRequest,
) -> Result<pb::ListEventsResponse, Fault> {
    let size = page::size(request.page_size)?;
    let before = page::before(&request.page_token)?;
    let state = grpc.configuration.state();
    let head = state.head;
    let filter = Filter::of(&state, request)?;
    access.require(Asked::Filtered)?;
    let mut listing = Listing {
        grpc,
        filter,
        access,
        size,
        next: Some(Seq(before.min(head.next().0))),
        looked_at: 0,
        room: LISTED_BYTES,
        reached: None,
        events: Vec::new(),
    };
    listing.run().await?;
    Ok(pb::ListEventsResponse {
        next_page_token: listing.next.map_or(String::new(), page_token),
        token: convert::token(&grpc.configuration, head),
        reached: listing.reached.map(convert::timestamp),
        events: listing.events,
    })
}

/// Whether a caller may see a record.
pub(super) fn is_seen(access: &Access, state: &State, record: &Record) -> bool {
    access.allows_everything() || About::of(state, record).is_seen_by(access)
}

/// The token of the page that begins before a record.
fn page_token(before: Seq) -> String {
    page::token(&[&before.to_string()])
}

impl Filter {
    fn of(state: &State, request: pb::ListEventsRequest) -> Result<Self, Fault> {
        if !request.label.is_empty() {
            parse::label(&request.label)?;
        }
        // a label that is gone has a past, too
        let label = match state.label(&request.label) {
            Some((meant, _)) if !request.label.is_empty() => meant.to_string(),
            _ => request.label,
        };
        Ok(Self {
            since: parse::time("since", request.since)?,
            until: parse::time("until", request.until)?,
            relevance: parse::relevance(&request.app, &request.profile)?,
            label,
            author: parse::text("author", request.author)?,
        })
    }

    fn takes(&self, state: &State, record: &Record, about: &About<'_>) -> bool {
        let is_by = |name: &str| self.author.is_empty() || name == self.author;
        self.until.is_none_or(|until| record.time.wall < until)
            && (self.label.is_empty() || convert::concerns(state, record, &self.label))
            && (is_by(&record.principal) || is_by(about.author))
            && self
                .relevance
                .as_ref()
                .is_none_or(|relevance| about.is_read_by(relevance))
    }
}

/// A page that is being made.
struct Listing<'a> {
    grpc: &'a Grpc,
    filter: Filter,
    access: Access,
    size: usize,
    /// The position before which it goes on. None at the end.
    next: Option<Seq>,
    looked_at: usize,
    /// The bytes that are left for events.
    room: usize,
    reached: Option<Timestamp>,
    events: Vec<pb::Event>,
}

impl Listing<'_> {
    /// Looks at records until the page is full, enough were looked at, or there are no more.
    async fn run(&mut self) -> Result<(), Fault> {
        while let Some(before) = self.next
            && !self.is_full()
            && self.looked_at < MAX_LOOKED_AT
        {
            let store = self.grpc.configuration.store();
            let records = store.records_before(before).await;
            let records = records.map_err(|error| store_error(&error))?;
            self.looked_at += records.len();
            if records.is_empty() {
                self.next = None;
            }
            self.look_at(&records);
            // a page of records is converted in no time, many of them are not
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.events.len() == self.size || self.room == 0
    }

    fn look_at(&mut self, records: &[Record]) {
        let state = self.grpc.configuration.state();
        for record in records {
            if self.is_full() {
                return;
            }
            // times fall with positions
            if self
                .filter
                .since
                .is_some_and(|since| record.time.wall < since)
            {
                self.next = None;
                return;
            }
            self.next = (record.seq > Seq(1)).then_some(record.seq);
            self.reached = Some(record.time.wall);
            if let Some(event) = self.event(&state, record) {
                self.room = self.room.saturating_sub(event.encoded_len());
                self.events.push(event);
            }
        }
    }

    fn event(&self, state: &State, record: &Record) -> Option<pb::Event> {
        if matches!(record.body, Body::Unchanged { .. } | Body::Retained { .. }) {
            return None;
        }
        let about = About::of(state, record);
        if !self.filter.takes(state, record, &about) || !about.is_seen_by(&self.access) {
            return None;
        }
        let (app, profile) = about.owner();
        let (paths, path_count) = about.paths();
        Some(pb::Event {
            record: Some(convert::listed_record(
                &self.grpc.configuration,
                state,
                record,
            )),
            author: about.author.to_owned(),
            message: about.message.to_owned(),
            app,
            profile,
            paths,
            path_count,
            source: about.source.clone(),
            undo: undo_of(state, record, &about).into(),
            page_token: page_token(record.seq),
            label: about.label,
        })
    }
}
