//! What a key may do, as it is written on the command line.

use vortex_access::{Grant, Role, UnknownRole};
use vortex_rest::KeyGrant;

use crate::error::Error;

/// What a key may do: one role with its scopes, and more by `--grant`.
#[derive(Debug, clap::Args)]
pub(super) struct Grants {
    /// What the key is for: reader, writer, operator, agent, peer or admin. Takes --scope
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// Where --role holds, in quotes: [label:]application[/profile] with `*` and `**`, such as
    /// 'payments/**' or '*/prod'; '**' is everything. May be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// A role and a scope of its own, in quotes: 'reader=payments/**'. May be repeated; the same
    /// role again adds a scope
    #[arg(long = "grant", value_name = "ROLE=SCOPE")]
    grants: Vec<String>,
}

impl Grants {
    /// Reads them as a server does.
    pub(super) fn read(self) -> Result<Vec<KeyGrant>, Error> {
        let mut grants = Vec::new();
        for (option, role, scope) in self.pairs()? {
            let role: Role = role
                .parse()
                .map_err(|error: UnknownRole| Error::Usage(format!("{option}: {error}")))?;
            Grant::parse(role, [scope.as_str()])
                .map_err(|error| Error::Usage(format!("{option} {scope:?}: {error}")))?;
            add(&mut grants, role, scope);
        }
        Ok(grants)
    }

    /// Each role with each of its scopes, and the option that said so.
    fn pairs(self) -> Result<Vec<(&'static str, String, String)>, Error> {
        let mut pairs = match (self.roles.as_slice(), self.scopes.is_empty()) {
            ([], true) => Vec::new(),
            ([role], false) => {
                let scopes = self.scopes.into_iter();
                scopes
                    .map(|scope| ("--scope", role.clone(), scope))
                    .collect()
            }
            (roles, _) => return Err(refused(roles.len())),
        };
        for grant in self.grants {
            let Some((role, scope)) = grant.split_once('=') else {
                let why = format!("--grant {grant:?}: a role and a scope are expected: {EXAMPLE}");
                return Err(Error::Usage(why));
            };
            pairs.push(("--grant", role.to_owned(), scope.to_owned()));
        }
        match pairs.is_empty() {
            true => Err(Error::Usage(format!(
                "say what the key may do: --role reader --scope 'payments/**', or {EXAMPLE}"
            ))),
            false => Ok(pairs),
        }
    }
}

const EXAMPLE: &str = "--grant 'reader=payments/**'";

/// Why these roles and scopes are none.
fn refused(roles: usize) -> Error {
    let why = match roles {
        0 => "--scope needs --role".to_owned(),
        1 => "--role needs at least one --scope, such as 'payments/**', or '**' for everything"
            .to_owned(),
        _ => format!(
            "--role is given more than once, and which scopes belong to which is not clear: write \
             each role with its scope, {EXAMPLE}"
        ),
    };
    Error::Usage(why)
}

fn add(grants: &mut Vec<KeyGrant>, role: Role, scope: String) {
    let known = grants.iter_mut().find(|grant| grant.role == role.as_str());
    match known {
        Some(grant) => grant.scopes.push(scope),
        None => grants.push(KeyGrant {
            role: role.to_string(),
            scopes: vec![scope],
        }),
    }
}
