//! Runs a parser's check over its corpus and what is made of it.

use std::{
    cell::Cell,
    fmt,
    panic::{self, AssertUnwindSafe},
    sync::Once,
    time::{Duration, Instant},
};

use fastrand::Rng;

use crate::{Parser, mutator::mutate, shrink::shrink};

/// Inputs that are mutated at once: the corpus, and what was accepted of what was made of it.
const POOL: usize = 512;

/// How long a run is.
#[derive(Clone, Copy, Debug)]
pub enum Bounds {
    /// So many mutations.
    Rounds(u64),
    /// Mutations for so long.
    Time(Duration),
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Inputs that were checked.
    pub checked: u64,
    /// Those of them that the parser accepted.
    pub accepted: u64,
    /// What the slowest took.
    pub slowest: Duration,
}

/// An input for which something does not hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    /// The parser's name.
    pub parser: &'static str,
    /// The input, as short as it could be made.
    pub input: Vec<u8>,
    /// What the check said.
    pub why: String,
}

/// Checks the corpus and mutations of it. The same seed makes the same inputs.
///
/// # Errors
/// The first input that fails.
pub fn run(
    parser: &Parser,
    corpus: &[Vec<u8>],
    seed: u64,
    bounds: Bounds,
) -> Result<Tally, Box<Failure>> {
    let mut random = Rng::with_seed(seed);
    let mut tally = Tally::default();
    let mut pool = corpus.to_vec();
    for input in corpus {
        tally.add(parser, input)?;
    }
    let begun = now();
    while bounds.hold(tally.checked, begun) {
        let (Some(input), Some(other)) = (random.choice(&pool), random.choice(&pool)) else {
            break;
        };
        let input = mutate(input, other, parser.tokens, &mut random);
        if tally.add(parser, &input)? {
            match pool.len() {
                ..POOL => pool.push(input),
                _ => pool[random.usize(corpus.len().min(POOL - 1)..POOL)] = input,
            }
        }
    }
    Ok(tally)
}

impl Bounds {
    fn hold(self, checked: u64, begun: Instant) -> bool {
        match self {
            Self::Rounds(rounds) => checked < rounds,
            Self::Time(time) => begun.elapsed() < time,
        }
    }
}

impl Tally {
    fn add(&mut self, parser: &Parser, input: &[u8]) -> Result<bool, Box<Failure>> {
        let begun = now();
        let accepted = check(parser, input).map_err(|why| failure(parser, input, why))?;
        self.slowest = self.slowest.max(begun.elapsed());
        self.checked += 1;
        self.accepted += u64::from(accepted);
        Ok(accepted)
    }
}

#[allow(clippy::disallowed_methods)] // how long a run takes is a matter of the machine's clock
fn now() -> Instant {
    Instant::now()
}

thread_local! {
    /// Whether this thread checks an input, whose panic is told by a [`Failure`].
    static CHECKING: Cell<bool> = const { Cell::new(false) };
}

/// Keeps panics of checks from being told one by one.
fn quieten() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !CHECKING.get() {
                usual(panic);
            }
        }));
    });
}

fn check(parser: &Parser, input: &[u8]) -> Result<bool, String> {
    quieten();
    CHECKING.set(true);
    let checked = panic::catch_unwind(AssertUnwindSafe(|| (parser.check)(input)));
    CHECKING.set(false);
    checked.map_err(|panic| match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast_ref::<&str>().unwrap_or(&"it panicked")).to_owned(),
    })
}

fn failure(parser: &Parser, input: &[u8], why: String) -> Box<Failure> {
    let input = shrink(input, |input| check(parser, input).is_err());
    let why = check(parser, &input).err().unwrap_or(why);
    let parser = parser.name;
    Box::new(Failure { parser, input, why })
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.input);
        let hex = hex::encode(&self.input);
        write!(
            f,
            "{}: {}\n  input: {text:?}\n  hex: {hex}",
            self.parser, self.why
        )
    }
}
