//! What people say about alerts.

use jiff::Timestamp;
use vortex_notify::Notifications;

use super::Alerts;
use crate::{
    domain::{Acknowledged, Alert, AlertId, Book, Event, FleetName, Silence, Step},
    error::Error,
    store,
};

impl Alerts {
    /// Acknowledges an alert, unless somebody has before, and answers how it stands.
    ///
    /// # Errors
    /// There is no such alert, or it can't be stored.
    pub(crate) async fn acknowledge(
        &self,
        id: &AlertId,
        by: String,
        comment: String,
    ) -> Result<Alert, Error> {
        let _deciding = self.inner.deciding.lock().await;
        let alert = self.book().get(id).cloned();
        let alert = alert.ok_or_else(|| Error::AlertNotFound(id.clone()))?;
        let at = self.inner.time.wall();
        let acknowledged = Acknowledged { by, at, comment };
        let Some(seen) = Book::acknowledge(&alert, acknowledged) else {
            return Ok(alert);
        };
        let event = self.book().step(Step::Acknowledged, seen, at);
        self.apply(vec![event]).await?;
        Ok(self.book().get(id).cloned().unwrap_or(alert))
    }

    /// Silences a fleet, in place of what silenced it before.
    ///
    /// # Errors
    /// Too many fleets are silenced, or it can't be stored.
    pub(crate) async fn silence(&self, silence: Silence) -> Result<(), Error> {
        let _deciding = self.inner.deciding.lock().await;
        if !self.book().has_room_to_silence(&silence.fleet) {
            return Err(Error::TooManySilences);
        }
        self.apply(vec![Event::Silenced(silence)]).await
    }

    /// Ends a fleet's silence, if there is one.
    ///
    /// # Errors
    /// It can't be stored.
    pub(crate) async fn end_silence(&self, fleet: &FleetName) -> Result<(), Error> {
        let _deciding = self.inner.deciding.lock().await;
        // one that is over is stored for some time
        if self.book().silence(fleet, Timestamp::MIN).is_none() {
            return Ok(());
        }
        self.apply(vec![Event::Unsilenced(fleet.clone())]).await
    }

    /// Forgets alerts that were resolved too long ago, and silences that are over. Answers how many
    /// entries are gone. What the sinks of notifications had not come to yet is lost to them.
    ///
    /// # Errors
    /// It can't be stored.
    pub(crate) async fn forget_old(&self, told: &Notifications) -> Result<usize, store::Error> {
        let _deciding = self.inner.deciding.lock().await;
        let events = self.book().outdated(self.inner.time.wall());
        let count = events.len();
        for event in &events {
            if let Event::Forgotten(id) = event {
                told.let_go(store::notices_of(id)).await?;
            }
        }
        self.inner.store.keep(&events).await?;
        let mut book = self.inner.change();
        events.into_iter().for_each(|event| book.fold(event));
        Ok(count)
    }

    /// Stores what happened, and lets it be seen. Only for who decides.
    async fn apply(&self, events: Vec<Event>) -> Result<(), Error> {
        self.inner.store.keep(&events).await?;
        let mut book = self.inner.change();
        events.into_iter().for_each(|event| book.fold(event));
        Ok(())
    }
}
