//! Reads that the caller answered from the views that it follows.

use vortex_kit::{error::Fault, grpc::bounds};
use vortex_proto::config::v1 as pb;

use super::followed::Followed;
use crate::{configuration::Configuration, views::SplitReads};

/// The most splits that are told of at once.
const MAX_SPLITS: usize = 1_000;
/// The most cells that are told of one split at once.
const MAX_CELLS: usize = 10_000;
/// The most reads of a split that count at once: more than a process can answer in the second for
/// which it tells.
const MAX_READS: u64 = 10_000_000;

/// Counts them, as far as they are of splits that concern what is followed.
pub(super) fn count(
    answered: &pb::AnsweredReads,
    followed: &Followed,
    configuration: &Configuration,
) -> Result<(), Fault> {
    bounds::items("answered.splits", answered.splits.len(), MAX_SPLITS)?;
    let known = followed.splits();
    for of in &answered.splits {
        bounds::items("answered.splits.cells", of.cells.len(), MAX_CELLS)?;
        if !known.contains(of.split.as_str()) {
            continue;
        }
        let all = of.stable.saturating_add(of.canary).min(MAX_READS);
        let keyless = of.without_key.min(all);
        configuration.add_reads(&of.split, SplitReads { all, keyless }, &of.cells);
    }
    configuration.add_keyless(
        answered.without_instance.min(MAX_READS),
        answered.without_key.min(MAX_READS),
    );
    Ok(())
}
