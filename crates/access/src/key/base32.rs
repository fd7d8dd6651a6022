//! Crockford's base 32, in lower case.

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Appends bytes, five bits a character; what is left of the last one is zero.
pub(super) fn encode(bytes: &[u8], into: &mut String) {
    let bits = bytes.len() * 8;
    for start in (0..bits).step_by(5) {
        let value = (start..start + 5).fold(0, |value, bit| value << 1 | bit_at(bytes, bit));
        into.push(char::from(ALPHABET[usize::from(value)]));
    }
}

fn bit_at(bytes: &[u8], bit: usize) -> u8 {
    let byte = bytes.get(bit / 8).copied().unwrap_or_default();
    byte >> (7 - bit % 8) & 1
}

/// Whether all characters are of the alphabet.
pub(super) fn is_base32(text: &str) -> bool {
    let is_letter = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'h' | b'j' | b'k' | b'm' | b'n' | b'p'..=b't' | b'v'..=b'z');
    text.bytes().all(is_letter)
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
