//! Keys that are made here, so that their secrets are sent nowhere.

use serde_json::{Value, json};
use vortex_access::ApiKey;
use vortex_rest::Key;

use crate::{
    client::{Answer, Call},
    console::Format,
    error::Error,
    session::Session,
};

/// A key that nobody else has.
pub(super) struct Fresh(ApiKey);

impl Fresh {
    pub(super) fn make() -> Result<Self, Error> {
        Ok(Self(ApiKey::generate()?))
    }

    pub(super) fn id(&self) -> String {
        self.0.id().to_string()
    }

    /// SHA-256 of its text, in hex: what a server keeps.
    pub(super) fn sha256(&self) -> String {
        hex::encode(self.0.hash().as_bytes())
    }

    /// Makes the call by which a server comes to know the key.
    pub(super) async fn send(&self, session: &Session, call: Call) -> Result<Answer, Error> {
        let sent = session.client.send(call).await;
        if sent.as_ref().is_err_and(Error::is_open) {
            let id = self.id();
            session.console.notes().note(format_args!(
                "the key {id} may be known to the server, but its secret is lost: if `vortex key \
                 list` shows it, `vortex key revoke {id}`, and begin again"
            ));
        }
        sent
    }

    /// Fails unless a server's answer is about this key.
    pub(super) fn check(&self, key: Option<&Key>, session: &Session) -> Result<(), Error> {
        match key {
            Some(key) if key.id == self.id() => Ok(()),
            _ => Err(Error::garbage(
                session.client.server(),
                "it is about another key",
            )),
        }
    }

    /// Prints the key, the only time: alone for people and scripts, in the answer for programs.
    /// Says to a person what it is.
    pub(super) fn print(
        &self,
        session: &mut Session,
        mut answer: Value,
        about: &str,
    ) -> Result<(), Error> {
        let console = &mut session.console;
        if console.format() == Format::Table {
            console.write(self.0.expose().as_bytes())?;
            console.write(b"\n")?;
        } else {
            answer["key"] = json!(self.0.expose());
            console.data(&answer)?;
        }
        console.flush()?;
        console.notes().progress(format_args!("{about}"));
        Ok(())
    }
}
