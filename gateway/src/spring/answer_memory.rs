//! Limits the memory of answers that are built for a single reader and held until it has read them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vortex_kit::error::{Fault, Reason};

/// Limit of all answers that are being sent, in bytes.
const BYTES: usize = 256 << 20;
/// The memory is counted in units of so many bytes.
const UNIT: usize = 1024;
/// Answers of at most so many bytes are not counted: the limit of connections bounds them.
const SMALL: usize = 64 << 10;
const RETRY: Duration = Duration::from_secs(1);

/// The memory for answers that are being sent. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct AnswerMemory(Arc<Semaphore>);

impl Default for AnswerMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BYTES / UNIT)))
    }
}

impl AnswerMemory {
    /// The answer as bytes that hold their part of the memory until they are sent. Fails with
    /// `OVERLOADED`.
    pub(super) fn hold(&self, answer: String) -> Result<Bytes, Fault> {
        if answer.len() <= SMALL {
            return Ok(answer.into());
        }
        // an answer has some megabytes at most
        let units = u32::try_from(answer.capacity().div_ceil(UNIT)).unwrap_or(u32::MAX);
        match self.0.clone().try_acquire_many_owned(units) {
            Ok(room) => Ok(Bytes::from_owner(Held {
                answer,
                _room: room,
            })),
            Err(_full) => {
                let message = "too many large answers are being sent";
                Err(Fault::new(Reason::Overloaded, message).retry_after(RETRY))
            }
        }
    }
}

struct Held {
    answer: String,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        self.answer.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_answers_are_refused_while_too_many_are_held() {
        let room = AnswerMemory::default();
        let large = || room.hold("x".repeat(BYTES / 4));
        let held: Vec<Bytes> = (0..4).map(|_| large().unwrap()).collect();
        assert_eq!(large().unwrap_err().reason(), Reason::Overloaded);
        assert_eq!(room.hold("small".to_owned()).unwrap(), "small");
        drop(held);
        assert_eq!(large().unwrap().len(), BYTES / 4);
    }
}
