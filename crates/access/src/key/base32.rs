//! Crockford's base 32, in lower case.

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Whether a byte is a letter of the alphabet.
const IS_LETTER: [bool; 256] = {
    let mut is_letter = [false; 256];
    let mut index = 0;
    while index < ALPHABET.len() {
        is_letter[ALPHABET[index] as usize] = true;
        index += 1;
    }
    is_letter
};

/// Appends bytes, five bits a character; what is left of the last one is zero.
pub(super) fn encode(bytes: &[u8], into: &mut String) {
    let mut push = |value: u32| into.push(char::from(ALPHABET[(value & 31) as usize]));
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
}

/// Whether all characters are of the alphabet.
pub(super) fn is_base32(text: &str) -> bool {
    // without a branch: every call with a key comes by here
    text.bytes()
        .fold(true, |all, byte| all & IS_LETTER[usize::from(byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        encode(bytes, &mut text);
        text
    }

    #[test]
    fn the_alphabet_is_what_is_read() {
        for byte in 0..=127_u8 {
            let text = char::from(byte).to_string();
            assert_eq!(is_base32(&text), ALPHABET.contains(&byte), "{text:?}");
        }
    }

    #[test]
    fn five_bits_are_a_character() {
        assert_eq!(encoded(&[]), "");
        assert_eq!(encoded(&[0xff]), "zw");
        assert_eq!(encoded(&[0x00, 0x44, 0x32, 0x14, 0xc7]), "01234567");
        assert_eq!(encoded(&[0xff; 5]), "zzzzzzzz");
        assert_eq!(encoded(&[0; 4]).len(), 7);
        assert_eq!(encoded(&[0; 32]).len(), 52);
    }
}
