//! Texts that parsers had trouble with, and their seeded mutations.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // all of this is test code

/// Mutations of each text, each made from the one before.
const MUTATIONS: usize = 200;

/// How texts are changed.
#[derive(Clone, Copy, Debug)]
pub struct Mutator {
    /// The characters that are inserted.
    pub inserted: &'static [char],
    /// The longest text that is made, in characters.
    pub longest: usize,
}

/// The texts of a corpus: a JSON string a line.
pub fn texts(corpus: &str) -> impl Iterator<Item = String> {
    corpus
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
}

/// Checks each text, and what comes of changing it again and again. Prints the seed, which
/// `VORTEX_SEED` sets.
pub fn each(texts: impl IntoIterator<Item = String>, mutator: Mutator, check: impl Fn(&str)) {
    let given = std::env::var("VORTEX_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for original in texts {
        check(&original);
        let mut text = original.clone();
        for _ in 0..MUTATIONS {
            text = mutator.mutated(&text, &mut random);
            check(&text);
            if text.is_empty() {
                text.clone_from(&original);
            }
        }
    }
}

impl Mutator {
    /// The text with one piece of it inserted, taken out, written twice or cut off.
    fn mutated(&self, text: &str, random: &mut fastrand::Rng) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let at = random.usize(..=chars.len());
        let end = random.usize(at..=chars.len());
        match random.u8(..4) {
            0 => chars.insert(at, *random.choice(self.inserted).unwrap()),
            1 => drop(chars.drain(at..end)),
            2 => chars.extend_from_within(at..end),
            _ => chars.truncate(at),
        }
        chars.into_iter().take(self.longest).collect()
    }
}
