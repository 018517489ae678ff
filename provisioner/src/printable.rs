//! Makes text from outside safe to print: a terminal shows its characters and does not obey them.
//!
//! Text from AWS or a template may contain escape sequences, line breaks and characters that change the writing
//! direction: a name could clear the screen, or print a line that looks like one of this program's. These characters
//! are shown as escapes: `\n`, `\u{1b}`.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::Style;

use crate::style::STYLES;

/// Whether a terminal would obey a character, reorder others because of it, or not show it.
///
/// Controls are C0, DEL and C1 (Unicode's category Cc). The others are the format characters that Unicode's technical
/// report 36 warns of: marks, embeddings, overrides and isolates of writing direction, line and paragraph separators,
/// interlinear annotations, tags, and characters without width.
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text for one line: line breaks are escaped, too.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, |_, _| false)
}

/// A text of several lines. A tab becomes two spaces, and a carriage return before a line break is removed.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "  ");
    shown(&text, |character, _| character == '\n').into_owned()
}

/// A text in which line breaks before an indented line are kept, as in the lists of errors: text from outside cannot
/// begin a new line at the margin.
pub(crate) fn list(text: &str) -> Cow<'_, str> {
    shown(text, |character, rest| character == '\n' && rest.starts_with("  "))
}

/// A text of this program, whose parts from outside are already printable: the last check before a terminal gets it.
pub fn styled(text: &str) -> String {
    let mut own: Vec<String> = STYLES.iter().map(Style::to_string).collect();
    own.push(format!("{:#}", STYLES[0]));
    let mut printed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        let (before, from) = rest.split_at(at);
        printed.push_str(&lines(before));
        let code = own.iter().find(|code| from.starts_with(code.as_str()));
        let (code, after) = from.split_at(code.map_or(1, String::len));
        printed.push_str(&if code.len() == 1 { line(code) } else { Cow::Borrowed(code) });
        rest = after;
    }
    printed + &lines(rest)
}

/// JSON with unsafe characters written as `\u…`, which is equivalent, because they occur only in strings.
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(|character: char| character != '\n' && is_unsafe(character)) {
        return Cow::Borrowed(text);
    }
    let mut printed = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !is_unsafe(character) {
            printed.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(printed, "\\u{unit:04x}");
            }
        }
    }
    Cow::Owned(printed)
}

/// Escapes all unsafe characters except those that `stays` accepts; it gets the character and the text after it.
fn shown(text: &str, stays: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut printed = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let rest = &text[at + character.len_utf8()..];
        if !is_unsafe(character) || stays(character, rest) {
            printed.push(character);
        } else {
            // `\n`, `\t` and `\r`, and the number for all others.
            match character {
                '\n' | '\t' | '\r' => printed.extend(character.escape_default()),
                other => printed.extend(other.escape_unicode()),
            }
        }
    }
    Cow::Owned(printed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_are_escaped_and_other_text_is_unchanged() {
        assert_eq!(line("a\u{1b}[2J\nb\tc\r\u{9b}1m\u{202e}d\u{7f}"), r"a\u{1b}[2J\nb\tc\r\u{9b}1m\u{202e}d\u{7f}");
        assert_eq!(line("naïve → 🎬 日本 `x` \\n"), "naïve → 🎬 日本 `x` \\n");
        assert_eq!(lines("START\tone\r\nEND\u{1b}c\n"), "START  one\nEND\\u{1b}c\n");
        assert_eq!(list("one\n  two\nhint: three"), "one\n  two\\nhint: three");
    }

    #[test]
    fn only_the_programs_own_styles_remain() {
        let own = crate::style::added(crate::style::strong("done"));
        assert_eq!(styled(&own), own);
        assert_eq!(styled("a\u{1b}[35mb\u{1b}]0;title\u{7}\n"), "a\\u{1b}[35mb\\u{1b}]0;title\\u{7}\n");
    }

    fn nasty() -> impl Strategy<Value = String> {
        prop::collection::vec(prop_oneof![any::<char>(), prop::char::range('\0', '\u{9f}'), Just('\u{202e}')], 0..30)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn no_control_character_remains_and_a_second_pass_changes_nothing(text in nasty()) {
            let one = line(&text).into_owned();
            prop_assert!(!one.contains(is_unsafe), "{one:?}");
            prop_assert_eq!(&line(&one), &one);
            let several = lines(&text);
            prop_assert!(!several.contains(|c| c != '\n' && is_unsafe(c)));
            let listed = list(&text);
            prop_assert!(!listed.split("\n  ").any(|part| part.contains(is_unsafe)));
            let left = STYLES.iter().fold(styled(&text), |text, style| text.replace(&style.to_string(), ""));
            let left = left.replace("\u{1b}[0m", "");
            prop_assert!(!left.contains(|c| c != '\n' && is_unsafe(c)));
        }

        #[test]
        fn json_keeps_its_value_without_control_characters(text in nasty()) {
            let value = serde_json::json!({ text.clone(): [text] });
            let printed = serde_json::to_string_pretty(&value).unwrap();
            let printed = json(&printed);
            prop_assert!(!printed.contains(|c| c != '\n' && is_unsafe(c)), "{printed:?}");
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), value);
        }
    }
}
