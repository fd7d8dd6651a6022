//! Fetches every branch and tag of a remote into its mirror.

mod access;
mod outcome;

use std::{collections::HashSet, sync::atomic::AtomicBool};

use gix::{
    bstr::BString,
    error::ResultExt,
    progress::Discard,
    protocol::handshake::Ref,
    refs::{
        FullName, Target,
        transaction::{PreviousValue, RefEdit},
    },
    remote::{Direction, fetch::RefMap, fetch::Tags, ref_map},
};

use crate::{Location, Result, location::Place, mirror::Mirror, open};

const MIRRORED: [&str; 2] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/// Fetches once. Stops between reads of the network once `cancelled` is set.
pub(crate) fn run(mirror: &Mirror, location: &Location, cancelled: &AtomicBool) -> Result<()> {
    access::require(location)?;
    let store = open::for_fetching(mirror.repository(), location)?.to_thread_local();
    fetch(&store, location, cancelled).map_err(|cause| outcome::classify(location, cause))
}

fn fetch(store: &gix::Repository, location: &Location, cancelled: &AtomicBool) -> gix::Result<()> {
    let url = match &location.0 {
        Place::Http(remote) => remote.url.as_str(),
        Place::Ssh(address) => address.as_str(),
        Place::Path(_) => return Ok(()),
    };
    let url = gix::url::parse(url)?;
    let remote = store
        .remote_at_without_url_rewrite(url)?
        .with_fetch_tags(Tags::None);
    let remote = remote.with_refspecs(MIRRORED, Direction::Fetch)?;
    let connection = remote
        .connect(Direction::Fetch)?
        .with_credentials(access::credentials(location))
        .with_transport_options(access::transport(location));
    let head =
        gix::refspec::parse("HEAD".into(), gix::refspec::parse::Operation::Fetch)?.to_owned();
    let options = ref_map::Options {
        extra_refspecs: vec![head],
        ..Default::default()
    };
    let fetch = connection.prepare_fetch(Discard, options)?;
    let outcome = fetch
        .with_write_packed_refs_only(true)
        .receive(Discard, cancelled)?;
    prune(store, &outcome.ref_map)?;
    follow_head(store, &outcome.ref_map)
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
