//! Requests that were answered.

use bytes::Bytes;
use pb::answered;

use super::{Invalid, from_time, id, must, pb, time};
use crate::store::{Answer, Answered, codec::Stored, v1};

impl Stored for Answered {
    type Message = pb::Answered;
    type V1 = v1::Answered;
}

impl From<&Answered> for pb::Answered {
    fn from(answered: &Answered) -> Self {
        let Answered {
            key,
            body,
            at,
            answer,
        } = answered;
        let answer = match answer {
            Answer::Rollout(id, standing) => answered::Answer::Rollout(pb::RolloutAnswer {
                id: id.to_string(),
                standing: Some(standing.into()),
            }),
            Answer::Deleted => answered::Answer::Deleted(pb::Nothing {}),
            Answer::Breaker(breaker) => answered::Answer::Breaker(breaker.into()),
        };
        Self {
            key: Bytes::copy_from_slice(key),
            body: Bytes::copy_from_slice(body),
            at: Some(from_time(*at)),
            answer: Some(answer),
        }
    }
}

impl TryFrom<pb::Answered> for Answered {
    type Error = Invalid;

    fn try_from(stored: pb::Answered) -> Result<Self, Invalid> {
        let answer = match stored.answer.ok_or(Invalid::Missing("the answer"))? {
            answered::Answer::Rollout(rollout) => {
                let standing = must(rollout.standing, "a rollout's standing")?;
                Answer::Rollout(id(&rollout.id)?, standing)
            }
            answered::Answer::Deleted(_) => Answer::Deleted,
            answered::Answer::Breaker(breaker) => Answer::Breaker(breaker.try_into()?),
        };
        Ok(Self {
            key: hash(&stored.key)?,
            body: hash(&stored.body)?,
            at: time(stored.at, "the time of the answer")?,
            answer,
        })
    }
}

fn hash(stored: &[u8]) -> Result<[u8; 32], Invalid> {
    stored
        .try_into()
        .map_err(|_| Invalid::NotAllowed("a request's hash"))
}
