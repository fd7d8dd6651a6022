//! Keys by their id or their name.

use vortex_access::KeyId;
use vortex_rest::{Key, KeyAnswer, KeyState, Keys};

use crate::{
    client::{self, Call, collect},
    error::Error,
    session::Session,
};

/// The key that an id names, or a name under which one key is in use.
pub(super) async fn find(session: &Session, given: &str) -> Result<Key, Error> {
    match given.parse::<KeyId>() {
        Ok(_) => match by_id(session, given).await {
            // a name may look like an id
            Err(Error::Problem(problem)) if problem.is("KEY_NOT_FOUND") => {
                let found = by_name(session, given).await?;
                found.ok_or(Error::Problem(problem))
            }
            found => found,
        },
        Err(_) if given.starts_with("vx_") => Err(Error::Usage(
            "this is a key itself, which belongs into no command line: name it by its id, the 16 \
             characters after `vx_`"
                .to_owned(),
        )),
        Err(_) => by_name(session, given).await?.ok_or_else(|| {
            Error::NoMatch(format!(
                "no key of the name {given} is in use; `vortex key list` shows what there is"
            ))
        }),
    }
}

async fn by_id(session: &Session, id: &str) -> Result<Key, Error> {
    let answer = session.client.send(Call::get(["api", "keys", id])).await?;
    let answer: KeyAnswer = client::read(&answer.json()?, session.client.server())?;
    Ok(answer.description)
}

/// The one key of a name that is in use.
async fn by_name(session: &Session, name: &str) -> Result<Option<Key>, Error> {
    let call = Call::get(["api", "keys"]).query("name", Some(name));
    let list = collect(&session.client, call, "keys", usize::MAX).await?;
    let list: Keys = client::read(&list, session.client.server())?;
    let mut active: Vec<Key> = list
        .keys
        .into_iter()
        .filter(|key| key.state == KeyState::Active)
        .collect();
    if active.len() > 1 {
        let ids: Vec<&str> = active.iter().map(|key| key.id.as_str()).collect();
        return Err(Error::Usage(format!(
            "{} keys of the name {name} are in use, the newest last: {}; name one by its id",
            ids.len(),
            ids.join(", ")
        )));
    }
    Ok(active.pop())
}
