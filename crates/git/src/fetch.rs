//! Fetches every branch and tag of a remote into its mirror.

mod access;
mod outcome;
mod transport;

use std::{
    collections::HashSet,
    sync::{Arc, atomic::AtomicBool},
};

use gix::{
    bstr::BString,
    error::ResultExt,
    hash::Kind as Hash,
    progress::Discard,
    protocol::handshake::Ref,
    refs::{
        FullName, Target,
        transaction::{PreviousValue, RefEdit},
    },
    refspec::parse::Operation,
    remote::{Direction, fetch::RefMap, fetch::Tags, ref_map},
};

use crate::{Location, Result, location::Place, mirror::Mirror, object, open};

const MIRRORED: [&str; 2] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/// How a fetch into a repository ended.
enum Fetched {
    UpToDate,
    /// The remote's ids are of another hash than the repository's; nothing was fetched.
    OtherHash(Hash),
}

/// Fetches once. Stops between reads of the network once `cancelled` is set.
pub(crate) fn run(mirror: &Mirror, location: &Location, cancelled: &Arc<AtomicBool>) -> Result<()> {
    access::require(location)?;
    let Ok(store) = open::for_fetching(mirror.repository(), location) else {
        return renew(mirror, location, cancelled, Hash::Sha1);
    };
    let store = store.to_thread_local();
    if mirror.is_worn() || !is_sound(&store) {
        return renew(mirror, location, cancelled, store.object_hash());
    }
    match fetch(&store, location, cancelled) {
        Ok(Fetched::UpToDate) => Ok(()),
        Ok(Fetched::OtherHash(hash)) => renew(mirror, location, cancelled, hash),
        Err(cause) => Err(outcome::classify(location, cause)),
    }
}

/// Fetches everything beside the mirror and puts it in the mirror's place.
fn renew(
    mirror: &Mirror,
    location: &Location,
    cancelled: &Arc<AtomicBool>,
    hash: Hash,
) -> Result<()> {
    let fresh = mirror.start_over(location, hash)?;
    let store = open::for_fetching(fresh, location)?.to_thread_local();
    match fetch(&store, location, cancelled) {
        Ok(Fetched::UpToDate) => mirror.replace(),
        Ok(Fetched::OtherHash(other)) if other != hash => renew(mirror, location, cancelled, other),
        Ok(Fetched::OtherHash(_)) => mirror.replace(),
        Err(cause) => Err(outcome::classify(location, cause)),
    }
}

fn fetch(
    store: &gix::Repository,
    location: &Location,
    cancelled: &Arc<AtomicBool>,
) -> gix::Result<Fetched> {
    let url = match &location.0 {
        Place::Http(remote) => remote.url.as_str(),
        Place::Ssh(address) => address.as_str(),
        Place::Path(_) => return Ok(Fetched::UpToDate),
    };
    let remote = store
        .remote_at_without_url_rewrite(gix::url::parse(url)?)?
        .with_fetch_tags(Tags::None)
        .with_refspecs(MIRRORED, Direction::Fetch)?;
    let connection = transport::connect(&remote, cancelled)?
        .with_credentials(access::credentials(location))
        .with_transport_options(access::transport(location));
    let head = gix::refspec::parse("HEAD".into(), Operation::Fetch)?.to_owned();
    let options = ref_map::Options {
        extra_refspecs: vec![head],
        ..Default::default()
    };
    let fetch = connection.prepare_fetch(Discard, options)?;
    let hash = fetch.ref_map().object_hash;
    if hash != store.object_hash() {
        return Ok(Fetched::OtherHash(hash));
    }
    let fetch = fetch.with_write_packed_refs_only(true);
    let outcome = fetch.receive(Discard, cancelled)?;
    prune(store, &outcome.ref_map)?;
    follow_head(store, &outcome.ref_map)?;
    Ok(Fetched::UpToDate)
}

/// Whether every reference leads to an object: one that does not would fail each fetch from here on.
fn is_sound(store: &gix::Repository) -> bool {
    let leads = |reference: gix::Reference<'_>| match reference.try_id() {
        Some(id) => matches!(object::header(store, id.detach()), Ok(Some(_))),
        None => true,
    };
    let references = store.references();
    let all = references.as_ref().map(|references| references.all());
    match all {
        Ok(Ok(mut all)) => all.all(|reference| reference.is_ok_and(leads)),
        Ok(Err(_)) | Err(_) => false,
    }
}

/// Deletes the references that the remote no longer has.
fn prune(store: &gix::Repository, remote: &RefMap) -> gix::Result<()> {
    let kept: HashSet<&BString> = remote
        .mappings
        .iter()
        .filter_map(|mapping| mapping.local.as_ref())
        .collect();
    let mut gone = Vec::new();
    for reference in store.references()?.all()? {
        let name = reference?.name().to_owned();
        if !kept.contains(&name.as_bstr().to_owned()) {
            gone.push(RefEdit::delete(name, PreviousValue::Any));
        }
    }
    store.edit_references_as(gone, None).map(drop)
}

/// Points `HEAD` to the branch that it names on the remote.
fn follow_head(store: &gix::Repository, remote: &RefMap) -> gix::Result<()> {
    let target = remote
        .remote_refs
        .iter()
        .find_map(|reference| match reference {
            Ref::Symbolic {
                full_ref_name,
                target,
                ..
            }
            | Ref::Unborn {
                full_ref_name,
                target,
            } => (full_ref_name == "HEAD").then_some(target),
            Ref::Peeled { .. } | Ref::Direct { .. } => None,
        });
    let Some(target) = target else {
        return Ok(());
    };
    let target = Target::Symbolic(FullName::try_from(target.clone()).or_error()?);
    let head = FullName::try_from("HEAD").or_error()?;
    store
        .edit_references_as(
            [RefEdit::update(head, target, PreviousValue::Any, "")],
            None,
        )
        .map(drop)
}
