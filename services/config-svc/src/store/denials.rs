//! Keeps refused calls, each under a number of its own.

use jiff::Timestamp;
use vortex_kit::access::{Denial, Refused};
use vortex_store::Transaction;

use super::{
    ConfigStore, Error,
    codec::{open, seal},
    keys, stored,
};

/// The most that one page holds.
const PAGE: usize = 256;
/// The most of the oldest that are looked at, which are deleted in one transaction.
const OLDEST: usize = 64;

impl ConfigStore {
    /// The numbers of the oldest and of the newest that is kept, if any is.
    pub(crate) async fn kept_denials(&self) -> Result<Option<(u64, u64)>, Error> {
        let one = || keys::denials_before(u64::MAX).limit(1).keys_only();
        let oldest = self.engine.range(one()).await?;
        let newest = self.engine.range(one().reverse()).await?;
        let number = |page: vortex_store::Page| keys::denial_number(&page.entries.first()?.key);
        Ok(number(oldest).zip(number(newest)))
    }

    /// Those before a number, newest first.
    pub(crate) async fn denials_before(&self, before: u64) -> Result<Vec<(u64, Denial)>, Error> {
        let range = keys::denials_before(before).reverse().limit(PAGE);
        self.denials(range).await
    }

    /// The oldest.
    pub(crate) async fn oldest_denials(&self) -> Result<Vec<(u64, Denial)>, Error> {
        let range = keys::denials_before(u64::MAX).limit(OLDEST);
        self.denials(range).await
    }

    async fn denials(&self, range: vortex_store::Range) -> Result<Vec<(u64, Denial)>, Error> {
        let page = self.engine.range(range).await?;
        let denials = page.entries.into_iter().map(|entry| {
            let number = keys::denial_number(&entry.key);
            let what = || format!("refused call {}", number.unwrap_or_default());
            let denial: stored::Denial =
                open(&entry.value).map_err(|why| Error::unreadable(what(), why))?;
            let denial = read(denial).ok_or_else(|| Error::damaged(what()))?;
            Ok((number.unwrap_or_default(), denial))
        });
        denials.collect()
    }

    /// Writes some, new or again, and deletes others.
    pub(crate) async fn change_denials(
        &self,
        put: impl IntoIterator<Item = (u64, &Denial)>,
        delete: impl IntoIterator<Item = u64>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        for (number, denial) in put {
            let value = seal(&stored::Denial::from(denial));
            transaction = transaction.put(keys::denial(number), value);
        }
        for number in delete {
            transaction = transaction.delete(keys::denial(number));
        }
        if !transaction.is_empty() {
            self.engine.commit(transaction).await?;
        }
        Ok(())
    }
}

impl From<&Denial> for stored::Denial {
    fn from(denial: &Denial) -> Self {
        let Denial {
            refused,
            key_id,
            count,
            first,
            last,
        } = denial.clone();
        Self {
            reason: refused.reason,
            principal: refused.principal,
            key_id,
            address: refused.address.map_or(String::new(), |ip| ip.to_string()),
            call: refused.call,
            role: refused.role,
            scope: refused.scope,
            count,
            first_at_micros: first.as_microsecond(),
            last_at_micros: last.as_microsecond(),
        }
    }
}

/// The refused call as it was stored; none of what this program did not write.
fn read(stored: stored::Denial) -> Option<Denial> {
    let address = match stored.address.as_str() {
        "" => None,
        address => Some(address.parse().ok()?),
    };
    Some(Denial {
        refused: Refused {
            reason: stored.reason,
            principal: stored.principal,
            address,
            call: stored.call,
            role: stored.role,
            scope: stored.scope,
        },
        key_id: stored.key_id,
        count: stored.count,
        first: Timestamp::from_microsecond(stored.first_at_micros).ok()?,
        last: Timestamp::from_microsecond(stored.last_at_micros).ok()?,
    })
}
