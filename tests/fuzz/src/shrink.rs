//! Makes a failing input short.

/// Tries of one input at most.
const TRIES: usize = 2_000;

/// Takes pieces out of an input for as long as it fails: halves first, single bytes last.
pub(crate) fn shrink(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut short = input.to_vec();
    let mut piece = short.len() / 2;
    let mut tries = 0;
    while piece > 0 {
        let mut at = 0;
        while at < short.len() && tries < TRIES {
            let mut shorter = short.clone();
            shorter.drain(at..(at + piece).min(short.len()));
            tries += 1;
            match fails(&shorter) {
                true => short = shorter,
                false => at += piece,
            }
        }
        piece /= 2;
    }
    short
}
