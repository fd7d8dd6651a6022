//! Judges by a method's rule, in two steps: before its message is read, and by what that names.

use super::rule::{Fields, Rule, Scope};
use crate::{
    access::{Asked, Judging},
    error::Fault,
};

/// Judges what can be said before the message is read. Gives the fields by which the rest is to be
/// judged, if anything is left.
pub(super) fn before_message<'r>(
    rule: &'r Rule,
    judging: &Judging,
) -> Result<Option<&'r Fields>, Fault> {
    match rule.scope() {
        // to be known with the role somewhere is the least; the handler judges the rest
        Scope::Object | Scope::Filtered => judging.judge(Asked::Filtered).map(|()| None),
        Scope::Cluster => judging.judge(Asked::Cluster).map(|()| None),
        Scope::Request(fields) => {
            // a stranger's message is not read; who is known is told the scope that would do
            if judging.is_of_stranger() {
                judging.judge(Asked::Filtered)?;
            }
            // then its message does not have to be read twice
            Ok((!judging.allows_everything()).then_some(&**fields))
        }
    }
}

/// Judges by what a message names.
pub(super) fn by_message(fields: &Fields, judging: &Judging, message: &[u8]) -> Result<(), Fault> {
    let named = fields.of(message);
    let named = named.map_err(|error| Fault::invalid("request", error.to_string()))?;
    judging.judge(Asked::Documents {
        labels: &named.labels,
        apps: &named.apps,
        profiles: &named.profiles,
    })
}
