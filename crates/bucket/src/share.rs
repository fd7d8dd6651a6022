//! The share of a rollout's readers that its canary gets.

use std::{fmt, str::FromStr};

use crate::Bucket;

/// How far a percentage may be from a whole number of hundredths, as binary fractions are.
const ROUNDING: f64 = 1e-6;

/// The canary's part of all readers, in hundredths of a percent: 0 to 10,000.
///
/// Read and written as a percentage with at most two decimals, such as `2.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u16);

/// A share that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidShare {
    /// Not a number as shares are written.
    #[error("a share is a percentage from 0 to 100, such as 2.5")]
    Malformed,
    /// Finer than a hundredth of a percent.
    #[error("a share has at most two decimals")]
    TooFine,
    /// More than everyone.
    #[error("a share is at most 100 percent")]
    TooLarge,
}

impl Share {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Everyone.
    pub const FULL: Self = Self(Bucket::COUNT);

    /// The share of so many hundredths of a percent.
    pub const fn from_hundredths(hundredths: u16) -> Result<Self, InvalidShare> {
        if hundredths > Self::FULL.0 {
            return Err(InvalidShare::TooLarge);
        }
        Ok(Self(hundredths))
    }

    /// In hundredths of a percent, 0 to 10,000.
    pub const fn hundredths(self) -> u16 {
        self.0
    }

    /// The share of so many percent, in steps of 0.01.
    pub fn from_percentage(percentage: f64) -> Result<Self, InvalidShare> {
        let hundredths = percentage * 100.0;
        let whole = hundredths.round();
        if whole.is_nan() || whole < 0.0 {
            return Err(InvalidShare::Malformed);
        }
        if whole > f64::from(Self::FULL.0) {
            return Err(InvalidShare::TooLarge);
        }
        if (hundredths - whole).abs() >= ROUNDING {
            return Err(InvalidShare::TooFine);
        }
        // in range, and without a fraction
        Self::from_hundredths(whole as u16)
    }

    /// In percent, 0 to 100.
    pub fn percentage(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// Whether the readers in a bucket are in the canary.
    #[inline]
    pub const fn includes(self, bucket: Bucket) -> bool {
        bucket.number() < self.0
    }

    /// This share, or the least one that includes the bucket when that is larger.
    pub fn raised_past(self, bucket: Bucket) -> Self {
        self.max(Self(bucket.number() + 1))
    }
}

/// As a percentage, without a sign and without zeros at its end.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, rest) = (self.0 / 100, self.0 % 100);
        match rest {
            0 => write!(f, "{percent}"),
            _ if rest % 10 == 0 => write!(f, "{percent}.{}", rest / 10),
            _ => write!(f, "{percent}.{rest:02}"),
        }
    }
}

impl FromStr for Share {
    type Err = InvalidShare;

    fn from_str(percent: &str) -> Result<Self, InvalidShare> {
        let (whole, decimals) = match percent.split_once('.') {
            Some((_, "")) => return Err(InvalidShare::Malformed),
            Some(parts) => parts,
            None => (percent, "0"),
        };
        let whole = digits(whole)?;
        let hundredths = match (digits(decimals)?, decimals.len()) {
            (tenths, 1) => tenths * 10,
            (hundredths, 2) => hundredths,
            _ => return Err(InvalidShare::TooFine),
        };
        whole
            .checked_mul(100)
            .and_then(|of_whole| of_whole.checked_add(hundredths))
            .ok_or(InvalidShare::TooLarge)
            .and_then(Self::from_hundredths)
    }
}

/// A number of nothing but digits; one that is too long is as large as there is.
fn digits(text: &str) -> Result<u16, InvalidShare> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidShare::Malformed);
    }
    Ok(text.parse().unwrap_or(u16::MAX))
}
