//! `vortex unfreeze`: ends freezes.

use vortex_rest::FreezesEnded;

use super::freeze::Scope;
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// End freezes: one by its id, or those of exactly these applications, or of everything.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A single name of an f and digits is an id, as `vortex freeze list` shows it.

Examples:
  vortex freeze list                                         # says which there are
  vortex unfreeze f42
  vortex unfreeze orders billing
  vortex unfreeze --all --reason 'the incident is over'")]
pub(crate) struct Args {
    #[command(flatten)]
    scope: Scope,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who ends them; the server knows who called in any case
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
}

impl Args {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = match self.scope.apps.as_slice() {
            [] if !self.scope.all => {
                return Err(Error::Usage(
                    "name a freeze, the applications, or --all; `vortex freeze list` shows what \
                     is frozen"
                        .to_owned(),
                ));
            }
            [id] if is_id(id) => Call::delete(["api", "freezes", id]),
            apps => {
                let apps = (!apps.is_empty()).then(|| apps.join(","));
                session
                    .labelled(Call::delete(["api", "freezes"]))
                    .flag("all", self.scope.all)
                    .query("apps", apps)
            }
        };
        let call = call
            .query("reason", self.reason)
            .query("author", self.author);
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.told(&reply, |reply| {
            let ended: FreezesEnded = client::read(reply, server)?;
            Ok(sentence(&ended.ids))
        })
    }
}

fn sentence(ids: &[String]) -> String {
    match ids {
        [] => "no such freeze was in force".to_owned(),
        ids => format!(
            "ended: {}; `vortex freeze list` shows what is still frozen",
            ids.join(", ")
        ),
    }
}

fn is_id(name: &str) -> bool {
    let digits = name.strip_prefix('f').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_an_f_and_digits() {
        assert!(is_id("f42"));
        for app in ["f", "f4x", "42", "orders", "F42", ""] {
            assert!(!is_id(app), "{app}");
        }
    }
}
