//! Makes inputs of others.

use fastrand::Rng;

/// Longer inputs are cut: what a longer one would find, repetition finds in this space.
const LONGEST: usize = 8 << 10;
/// Changes of one input at most, each made to what the one before gave.
const CHANGES: usize = 4;
/// How often a piece is repeated at most.
const REPEATED: usize = 400;

/// Numbers at the edges of what parsers hold.
const NUMBERS: [&[u8]; 12] = [
    b"0",
    b"-1",
    b"00",
    b"1e9",
    b"127",
    b"65536",
    b"2147483648",
    b"4294967296",
    b"9223372036854775808",
    b"18446744073709551615",
    b"18446744073709551616",
    b"99999999999999999999999999",
];
/// Bytes that text of any kind may trip over.
const COMMON: [&[u8]; 16] = [
    b"\0",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"%",
    b"%00",
    b"%2e%2e",
    b"..",
    b"\xff",
    b"\x7f",
    "é".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{10ffff}".as_bytes(),
    b"\xc3",
];

/// Makes one input of `input`, of pieces of `other`, and of `tokens`.
pub(crate) fn mutate(input: &[u8], other: &[u8], tokens: &[&[u8]], random: &mut Rng) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..random.usize(1..=CHANGES) {
        change(&mut bytes, other, tokens, random);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], tokens: &[&[u8]], random: &mut Rng) {
    let at = random.usize(..=bytes.len());
    let end = random.usize(at..=bytes.len());
    match random.u8(..12) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
        1 if at < bytes.len() => bytes[at] = random.u8(..),
        2 | 3 => insert(bytes, at, token(tokens, random)),
        4 => drop(bytes.drain(at..end.min(at + 16))),
        5 => {
            let piece = bytes[at..end].to_vec();
            insert(bytes, random.usize(..=bytes.len()), &piece);
        }
        6 => bytes.truncate(at),
        7 => splice(bytes, other, random),
        // of messages whose fields follow each other, this merges two
        8 => bytes.extend_from_slice(other),
        9 => {
            let piece = token(tokens, random).repeat(random.usize(1..=REPEATED));
            insert(bytes, at, &piece);
        }
        10 => number(bytes, random),
        11 => {
            let piece = bytes[at..end.min(at + 64)].repeat(random.usize(2..=16));
            insert(bytes, end, &piece);
        }
        _ => bytes.push(random.u8(..)),
    }
}

/// One of the parser's own tokens, mostly.
fn token<'a>(tokens: &[&'a [u8]], random: &mut Rng) -> &'a [u8] {
    let own = random.choice(tokens).filter(|_| random.u8(..4) > 0);
    own.or_else(|| random.choice(&COMMON))
        .copied()
        .unwrap_or_default()
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// The beginning of one and the end of the other.
fn splice(bytes: &mut Vec<u8>, other: &[u8], random: &mut Rng) {
    bytes.truncate(random.usize(..=bytes.len()));
    bytes.extend_from_slice(&other[random.usize(..=other.len())..]);
}

/// Puts a number of the edges in the place of one that is there.
fn number(bytes: &mut Vec<u8>, random: &mut Rng) {
    let from = random.usize(..=bytes.len());
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let Some(start) = bytes[from..].iter().position(is_digit) else {
        return;
    };
    let start = from + start;
    let digits = bytes[start..].iter().take_while(|byte| is_digit(byte));
    let end = start + digits.count();
    let new = random.choice(NUMBERS).unwrap_or_default();
    bytes.splice(start..end, new.iter().copied());
}
