//! Secrets.

use serde_json::Value;

use super::Filling;
use super::fields::absent;
use crate::sandbox::object;

/// Completes a Secret; what is given as text becomes data.
pub(super) fn fill(filling: &mut Filling<'_>) {
    absent(filling.object, &["type"], "Opaque");
    let texts = object::mapping_mut(filling.object, &[]).shift_remove("stringData");
    let Some(Value::Object(texts)) = texts else { return };
    let data = object::mapping_mut(filling.object, &["data"]);
    for (key, text) in texts {
        data.insert(key, base64(text.as_str().unwrap_or_default().as_bytes()).into());
    }
}

/// Encodes bytes with the padded standard alphabet.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte)) << (8 * (3 - chunk.len()));
        let letter = |place: usize| match place {
            place if place > chunk.len() => '=',
            place => char::from(LETTERS[(bits >> (18 - 6 * place)) & 63]),
        };
        (0..4).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_data_as_everywhere() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }
}
