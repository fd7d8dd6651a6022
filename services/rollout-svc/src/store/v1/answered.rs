//! `request/<hash>`

use bytes::Bytes;
use serde::{Deserialize, Deserializer, de::Error as _};
use v2::answered;

use super::{Breaker, Standing, basics::Time, v2};

#[derive(Deserialize)]
pub(in crate::store) struct Answered {
    #[serde(deserialize_with = "hex")]
    key: Bytes,
    #[serde(deserialize_with = "hex")]
    body: Bytes,
    at: Time,
    answer: Answer,
}

#[derive(Deserialize)]
enum Answer {
    Rollout(String, Standing),
    Deleted,
    Breaker(Breaker),
}

fn hex<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(from)?;
    let bytes = hex::decode(text).map_err(D::Error::custom)?;
    Ok(bytes.into())
}

impl From<Answered> for v2::Answered {
    fn from(answered: Answered) -> Self {
        let answer = match answered.answer {
            Answer::Rollout(id, standing) => answered::Answer::Rollout(v2::RolloutAnswer {
                id,
                standing: Some(standing.into()),
            }),
            Answer::Deleted => answered::Answer::Deleted(v2::Nothing {}),
            Answer::Breaker(breaker) => answered::Answer::Breaker(breaker.into()),
        };
        Self {
            key: answered.key,
            body: answered.body,
            at: Some(answered.at.into()),
            answer: Some(answer),
        }
    }
}
