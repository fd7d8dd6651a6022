//! The audit of refused calls.

use std::sync::Arc;

use jiff::Timestamp;
use tonic::{Request, Response};
use vortex_kit::{
    access::{Access, Asked, Denial},
    context::Context,
    error::Fault,
    grpc::{bounds, page},
    shutdown::Lifecycle,
};
use vortex_pattern::Pattern;
use vortex_proto::access::v1 as pb;
use vortex_proto::{access::v1::audit_service_server::AuditService, time::timestamp};
use vortex_service::{
    denials::{message, read},
    mutation::complete,
};

use super::{Reply, parse};
use crate::{
    denials::Denials,
    error::{store_error, write_error},
    writer::WriteError,
};

/// The most that one report tells.
const REPORTED: usize = 256;
/// The most entries that one call looks at.
const LOOKED_AT: usize = 10_000;

/// Serves the audit of `vortex.access.v1`.
#[derive(Clone)]
pub(crate) struct Audit {
    denials: Arc<Denials>,
    lifecycle: Lifecycle,
}

impl Audit {
    pub(crate) fn new(denials: Arc<Denials>, lifecycle: Lifecycle) -> Self {
        Self { denials, lifecycle }
    }
}

#[tonic::async_trait]
impl AuditService for Audit {
    async fn list_denials(
        &self,
        request: Request<pb::ListDenialsRequest>,
    ) -> Reply<pb::ListDenialsResponse> {
        let access = Context::access_of(&request);
        let listed = list(&self.denials, &access, request.into_inner()).await?;
        Ok(Response::new(listed))
    }

    async fn report_denials(
        &self,
        request: Request<pb::ReportDenialsRequest>,
    ) -> Reply<pb::ReportDenialsResponse> {
        complete(
            &self.lifecycle,
            report(self.denials.clone(), request.into_inner()),
        )
        .await
    }
}

async fn list(
    denials: &Denials,
    access: &Access,
    request: pb::ListDenialsRequest,
) -> Result<pb::ListDenialsResponse, Fault> {
    access.require(Asked::Filtered)?;
    let size = page::size(request.page_size)?;
    let before = page::before(&request.page_token)?;
    let filter = Filter {
        since: parse::time("since", request.since)?,
        until: parse::time("until", request.until)?,
        principal: parse::text("principal", request.principal)?,
        app: parse::text("app", request.app)?,
        access,
    };
    let mut listing = Listing {
        denials: Vec::new(),
        next: Some(before),
        looked_at: 0,
        reached: None,
    };
    listing.run(denials, &filter, size).await?;
    Ok(pb::ListDenialsResponse {
        next_page_token: listing.next.map_or(String::new(), page_token),
        denials: listing.denials,
        reached: listing.reached.map(timestamp),
    })
}

/// A page that is being made.
struct Listing {
    denials: Vec<pb::ListedDenial>,
    /// The number before which it goes on. None at the end.
    next: Option<u64>,
    looked_at: usize,
    /// When the last one that was looked at was refused first.
    reached: Option<Timestamp>,
}

impl Listing {
    async fn run(&mut self, book: &Denials, filter: &Filter<'_>, size: usize) -> Result<(), Fault> {
        while let Some(before) = self.next {
            let entries = book.before(before).await;
            let entries = entries.map_err(|error| store_error(&error))?;
            if entries.is_empty() {
                self.next = None;
            }
            for (number, denial) in entries {
                if self.denials.len() == size || self.looked_at == LOOKED_AT {
                    return Ok(());
                }
                self.looked_at += 1;
                self.next = Some(number);
                self.reached = Some(denial.first);
                if filter.takes(&denial) {
                    self.denials.push(pb::ListedDenial {
                        denial: Some(message(denial)),
                        page_token: page_token(number),
                    });
                }
            }
        }
        Ok(())
    }
}

/// What is listed.
struct Filter<'a> {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    principal: String,
    app: String,
    access: &'a Access,
}

impl Filter<'_> {
    fn takes(&self, denial: &Denial) -> bool {
        let refused = &denial.refused;
        let is_by = |name: &str| name == self.principal;
        self.since.is_none_or(|since| denial.last >= since)
            && self.until.is_none_or(|until| denial.first < until)
            && (self.principal.is_empty() || is_by(&refused.principal) || is_by(&denial.key_id))
            && (self.app.is_empty() || application(&refused.scope) == Some(&self.app))
            && self.is_seen(&refused.scope)
    }

    /// Whether the caller may see what was asked about such a scope; of what has none, whoever may
    /// see everything.
    fn is_seen(&self, scope: &str) -> bool {
        match scope.parse::<Pattern>() {
            Ok(pattern) => self.access.allows(Asked::Pattern(&pattern)),
            Err(_) => self.access.allows_everything(),
        }
    }
}

/// The application of a scope, if it is one's.
fn application(scope: &str) -> Option<&str> {
    let path = scope.split_once(':').map_or(scope, |(_, path)| path);
    path.split('/').next()
}

fn page_token(before: u64) -> String {
    page::token(&[&before.to_string()])
}

async fn report(
    book: Arc<Denials>,
    request: pb::ReportDenialsRequest,
) -> Result<pb::ReportDenialsResponse, Fault> {
    bounds::items("denials", request.denials.len(), REPORTED)?;
    let denials = request.denials.into_iter().enumerate();
    let denials = denials.map(|(at, denial)| read(&format!("denials[{at}]"), denial));
    let mut denials = denials.collect::<Result<Vec<_>, _>>()?;
    let added = book.add(&mut denials).await;
    added.map_err(|error| write_error(&WriteError::of_store(&error)))?;
    Ok(pb::ReportDenialsResponse {})
}
