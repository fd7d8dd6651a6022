//! Notices that a credential is no longer valid.

use std::time::Duration;

use vortex_access::{CUT_OFF, Credential};

use super::Gate;
use crate::error::Fault;

/// The shortest time between two looks at a credential that is about to expire.
const SHORTEST: Duration = Duration::from_millis(10);

/// Waits until a credential is no longer valid: revoked, expired, or not to be verified any more.
pub(super) async fn lost(gate: &Gate, shown: &Credential) -> Fault {
    let mut changes = gate.changes(shown);
    loop {
        let verified = match gate.verify_again(shown) {
            Ok(verified) => verified,
            Err(fault) => return fault,
        };
        let left = verified.until.map(|until| {
            let left = until.duration_since(gate.now().wall);
            Duration::try_from(left).unwrap_or_default()
        });
        // whether anybody confirms keys still is looked at as often as it could matter
        let pause = left.unwrap_or(CUT_OFF).clamp(SHORTEST, CUT_OFF);
        let changed = async {
            match &mut changes {
                Some(changes) => changes.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            kept = changed => if !kept { changes = None },
            () = tokio::time::sleep(pause) => {}
        }
    }
}
