//! Takes a report of a call: parses it, judges its caller, and hands it to the intake.

use std::sync::Arc;

use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
};
use vortex_proto::heartbeat::v1 as pb;
use vortex_views::Fleet;

use super::parse;
use crate::{
    domain::{Invalid, Why},
    error::Refused,
    intake::{Answer, Batch, Entry, Intake, Named},
};

/// Takes the reports of a call, whose caller is judged once for each fleet.
pub(super) struct Taking<'a> {
    intake: &'a Intake,
    /// Who is to be judged; none if that was done.
    access: Option<&'a Access>,
    judged: Vec<(Arc<Entry>, Result<(), Fault>)>,
}

/// Fleets of one call whose judgement is remembered.
const REMEMBERED: usize = 64;

impl<'a> Taking<'a> {
    pub(super) fn new(intake: &'a Intake, access: Option<&'a Access>) -> Self {
        Self {
            intake,
            access,
            judged: Vec::new(),
        }
    }

    /// Takes a report, and answers its fleet, too.
    pub(super) fn take(
        &mut self,
        batch: &mut Batch<'_>,
        given: &pb::Heartbeat,
    ) -> Result<(Answer, Arc<Entry>), Refused> {
        let taken = self.try_take(batch, given);
        if let Err(refused) = &taken {
            self.intake.meters().refused(refused);
            if !refused.is_for_want_of_room() {
                batch.spend();
            }
        }
        taken
    }

    fn try_take(
        &mut self,
        batch: &mut Batch<'_>,
        given: &pb::Heartbeat,
    ) -> Result<(Answer, Arc<Entry>), Refused> {
        let fleet = self.fleet(batch, given)?;
        let store = fleet.seen().view().map(|view| view.store);
        let store = store.or_else(|| self.intake.fleets().store());
        let report = parse::report(given, store)?;
        if parse::is_off(given.sent_at, batch.wall()) {
            self.intake.meters().clock_off();
        }
        let answer = batch.take(&fleet, &report)?;
        Ok((answer, fleet))
    }

    /// The fleet of a report, if its caller may report of it.
    fn fleet(&mut self, batch: &Batch<'_>, given: &pb::Heartbeat) -> Result<Arc<Entry>, Refused> {
        let Some(fleet) = &given.fleet else {
            return Err(Invalid::new("fleet", Why::Missing).into());
        };
        let named = Named {
            app: &fleet.app,
            profiles: &fleet.profiles,
            label: &fleet.label,
        };
        // reports of a call are often of one fleet, or of a few
        let mut judged = self.judged.iter().rev();
        if let Some((entry, judged)) = judged.find(|(entry, _)| named.is(entry.fleet())) {
            return judged
                .clone()
                .map(|()| entry.clone())
                .map_err(Refused::Denied);
        }
        let entry = match self.intake.fleets().find(named) {
            Some(entry) => {
                let judged = self.judge(entry.fleet());
                self.remember(entry.clone(), judged.clone());
                judged.map_err(Refused::Denied)?;
                entry
            }
            None => {
                let fleet = named.check()?;
                self.judge(&fleet).map_err(Refused::Denied)?;
                let begun = self.intake.fleets().begin(fleet, batch.now());
                let entry = begun.ok_or_else(|| batch.too_many_fleets())?;
                self.remember(entry.clone(), Ok(()));
                entry
            }
        };
        Ok(entry)
    }

    fn judge(&self, fleet: &Fleet) -> Result<(), Fault> {
        let Some(access) = self.access else {
            return Ok(());
        };
        let profiles: Vec<&str> = fleet.profiles().collect();
        access.require(Asked::Documents {
            labels: &[fleet.label()],
            apps: &[fleet.app()],
            profiles: &profiles,
        })
    }

    fn remember(&mut self, entry: Arc<Entry>, judged: Result<(), Fault>) {
        if self.judged.len() < REMEMBERED {
            self.judged.push((entry, judged));
        }
    }
}
