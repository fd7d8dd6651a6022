//! Maps values to the indexes of bins, and back.

/// ln 1.01/0.99: our bins' bounds in natural logarithms.
const LN_GAMMA: f64 = 0.020_000_666_706_669_543;

/// How a sketch numbers its bins, as in DDSketch's message `IndexMapping`: the index of a value is
/// `⌊log_gamma(value) + index_offset⌋`, with a logarithm that may be an interpolation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mapping {
    /// The ratio of a bin's bounds, where the logarithm is exact: more than 1.
    pub gamma: f64,
    /// What is added to all indexes.
    pub index_offset: f64,
    /// How the logarithm is taken.
    pub interpolation: Interpolation,
}

/// How a logarithm is taken between two powers of 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// Exactly.
    None,
    /// By a line.
    Linear,
    /// By a parabola.
    Quadratic,
    /// By a cubic, the default of sketches in Java.
    Cubic,
}

/// The way from another sketch's bins to ours.
pub(crate) enum ToOurs {
    /// They are the same, by other numbers.
    Shifted(i32),
    /// By the value that stands for a bin.
    ByValue {
        offset: f64,
        /// Of a bin, in logarithms to the base 2.
        width: f64,
        /// The value that stands for a bin in seconds, as a multiple of its lower bound.
        middle: f64,
        interpolation: Interpolation,
    },
}

impl Mapping {
    /// The mapping of our sketches: exact, and accurate to 1 %.
    pub const OURS: Self = Self {
        gamma: 1.01 / 0.99,
        index_offset: 0.0,
        interpolation: Interpolation::None,
    };

    /// How far a bin's value may be from those in it, as a part of them.
    pub fn accuracy(&self) -> f64 {
        let width = (self.interpolation.widest() * self.gamma.log2()).exp();
        1.0 - 2.0 / (1.0 + width)
    }

    /// The way from its bins, of values of so many seconds, to ours.
    pub(crate) fn to_ours(self, unit: f64) -> ToOurs {
        match self.shift() {
            Some(by) if unit == 1.0 => ToOurs::Shifted(by),
            _ => ToOurs::ByValue {
                offset: self.index_offset,
                width: self.gamma.log2(),
                middle: (1.0 + self.accuracy()) * unit,
                interpolation: self.interpolation,
            },
        }
    }

    /// By how many our indexes are higher, when the bins are the same ones.
    fn shift(&self) -> Option<i32> {
        let same = (self.gamma / Self::OURS.gamma - 1.0).abs() < 1e-12;
        let whole = self.index_offset.fract() == 0.0 && self.index_offset.abs() < 1e9;
        let exact = self.interpolation == Interpolation::None;
        (same && whole && exact).then_some(-(self.index_offset as i32))
    }
}

impl ToOurs {
    /// Our bin for this one; beyond all bins for values beyond all numbers.
    pub(crate) fn index(&self, index: i32) -> i32 {
        match *self {
            Self::Shifted(by) => index.saturating_add(by),
            Self::ByValue {
                offset,
                width,
                middle,
                interpolation,
            } => index_of(interpolation.inverse((f64::from(index) - offset) * width) * middle),
        }
    }
}

impl Interpolation {
    /// Of the cubic that is 0 at 0 and 1 at 1, from the third power down: its slope in the
    /// logarithm of the value varies least. (Masson and others; the same in all languages.)
    fn coefficients(self) -> [f64; 3] {
        match self {
            Self::None | Self::Linear => [0.0, 0.0, 1.0],
            Self::Quadratic => [0.0, -1.0 / 3.0, 4.0 / 3.0],
            Self::Cubic => [6.0 / 35.0, -3.0 / 5.0, 10.0 / 7.0],
        }
    }

    /// The widest bin in natural logarithms, for bins that are 1 wide in this one.
    fn widest(self) -> f64 {
        match self {
            Self::None => std::f64::consts::LN_2,
            Self::Linear => 1.0,
            Self::Quadratic => 3.0 / 4.0,
            Self::Cubic => 7.0 / 10.0,
        }
    }

    /// The value with this logarithm to the base 2.
    fn inverse(self, log: f64) -> f64 {
        if self == Self::None {
            return log.exp2();
        }
        let exponent = log.floor();
        let target = log - exponent;
        let [a, b, c] = self.coefficients();
        let mut x = target;
        // Newton's steps: the curve is so close to its chord that three leave nothing to see.
        for _ in 0..3 {
            let error = ((a * x + b) * x + c) * x - target;
            x -= error / ((3.0 * a * x + 2.0 * b) * x + c);
        }
        exponent.exp2() * (1.0 + x)
    }
}

/// Our bin of a positive value.
pub(crate) fn index_of(value: f64) -> i32 {
    (value.ln() / LN_GAMMA).floor() as i32
}

/// The value that stands for one of our bins.
pub(crate) fn value_of(index: i32) -> f64 {
    (f64::from(index) * LN_GAMMA).exp() * 1.01
}
