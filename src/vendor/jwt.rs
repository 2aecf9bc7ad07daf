//! What a JWT says of itself. A hint only: nothing here verifies a signature, so no decision but timing may
//! rest on it (R20).

use super::Json;

/// The `exp` claim: seconds since the epoch by the vendor's clock.
pub(super) fn expiry_s<J: Json>(token: &str) -> Option<f64> {
    let claims = token.split('.').nth(1)?;
    let text = String::from_utf8(decode_base64url(claims)?).ok()?;
    J::parse(&text)?.member("exp")?.number().filter(|seconds| seconds.is_finite())
}

/// Base64url without padding (RFC 4648, section 5). `atob` would need the alphabet swapped, a round trip through
/// JavaScript and a binary string; these lines are smaller than any crate's.
fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut held) = (0u32, 0u32);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(((bits >> held) & 0xff) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode_base64url;

    #[test]
    fn decodes_the_rfc_4648_examples() {
        for (text, plain) in [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")] {
            assert_eq!(decode_base64url(text).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(decode_base64url("-_8").as_deref(), Some(&[0xfb, 0xff][..]));
        assert_eq!(decode_base64url("Zg=="), None);
    }
}
