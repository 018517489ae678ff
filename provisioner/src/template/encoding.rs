//! Decodes the bytes of a file to text.

/// The remedy for a file in another encoding.
pub const SAVE_AS_UTF_8: &str = "save the file as UTF-8";

/// The text of a file: UTF-8, without the byte order mark that some editors write.
///
/// # Errors
/// When it is in another encoding. The message names the encoding if it is recognized, or else the first byte that is
/// not UTF-8.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    if let Some(name) = other(&bytes) {
        return Err(format!("the file is {name}, not UTF-8"));
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.remove(0);
            }
            Ok(text)
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("the file is not UTF-8: byte {} on line {line} belongs to another encoding", valid + 1))
        }
    }
}

/// The encoding, from the byte order mark or from the zeros in the first character, which is ASCII in these files.
fn other(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] | [1..=255, 0, 0, 0, ..] | [0, 0, 0, 1..=255, ..] => {
            Some("UTF-32")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [1..=255, 0, ..] | [0, 1..=255, ..] => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_removed() {
        for bytes in [&b"A: \xc3\xa9"[..], b"\xef\xbb\xbfA: \xc3\xa9"] {
            assert_eq!(text(bytes.to_vec()).as_deref(), Ok("A: é"));
        }
        assert_eq!(text(Vec::new()).as_deref(), Ok(""));
    }

    #[test]
    fn another_encoding_is_named_in_the_error() {
        let utf16 = |big: bool, mark: bool| -> Vec<u8> {
            let mark = mark.then_some(0xfeff_u16);
            let units = mark.into_iter().chain("A: 1".encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        for (big, mark) in [(false, false), (false, true), (true, false), (true, true)] {
            assert_eq!(text(utf16(big, mark)), Err("the file is UTF-16, not UTF-8".to_owned()), "{big} {mark}");
        }
        let utf32: Vec<u8> = "\u{feff}A".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        assert_eq!(text(utf32), Err("the file is UTF-32, not UTF-8".to_owned()));
        let latin = text(b"A: 1\nB: caf\xe9\n".to_vec()).unwrap_err();
        assert!(latin.contains("byte 12 on line 2"), "{latin}");
    }
}
