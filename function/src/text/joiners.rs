//! Keeps the invisible characters without which some words are misspelt and some emoji break into parts.
//!
//! The positions are those of UAX #31 (section 2.3.1) and RFC 5892 (appendix A.1 and A.2) for letters, and of UTS #51
//! for emoji. In other positions, and after another such character, these characters have no visible effect.

use icu_properties::props::{CanonicalCombiningClass, EmojiModifier, ExtendedPictographic, JoiningType};
use icu_properties::{CodePointMapData, CodePointSetData};

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';
/// Variation selector 16: displays the character before it as an emoji.
const EMOJI_STYLE: char = '\u{FE0F}';
/// Turns a digit, `#` or `*` into a keycap, with [`EMOJI_STYLE`] between the two.
const KEYCAP: char = '\u{20E3}';

/// Whether `c` is one of these characters.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, NON_JOINER | JOINER | EMOJI_STYLE)
}

/// The text of `chars` with only the joiners that are needed.
pub(super) fn keep_needed(chars: &[char]) -> String {
    let mut kept: Vec<char> = Vec::with_capacity(chars.len());
    for (at, &c) in chars.iter().enumerate() {
        let mut after = chars[at + 1..].iter().copied().filter(|&c| !is_joiner(c)).peekable();
        let is_needed = match c {
            NON_JOINER => follows_virama(&kept) || (joins_after(&kept) && joins_before(after)),
            JOINER => {
                follows_virama(&kept)
                    || joins_after(&kept)
                    || (follows_emoji(&kept) && after.peek().is_some_and(|&c| is_pictograph(c)))
                    // In Bengali ra with ya-phalaa the joiner is before the virama.
                    || (kept.last().is_some_and(|&c| c.is_alphabetic()) && after.next().is_some_and(is_virama))
            }
            EMOJI_STYLE => match kept.last() {
                Some('0'..='9' | '#' | '*') => after.next() == Some(KEYCAP),
                Some(&before) => is_pictograph(before),
                None => false,
            },
            _ => true,
        };
        if is_needed {
            kept.push(c);
        }
    }
    kept.into_iter().collect()
}

/// Whether the last letter of `before` has a form that joins the next letter. Combining marks on it are ignored.
fn joins_after(before: &[char]) -> bool {
    let letter = before.iter().rev().map(|&c| joining(c)).find(|&joining| joining != JoiningType::Transparent);
    matches!(letter, Some(JoiningType::DualJoining | JoiningType::LeftJoining))
}

/// Whether the first letter of `after` has a form that joins the previous letter.
fn joins_before(after: impl Iterator<Item = char>) -> bool {
    let letter = after.map(joining).find(|&joining| joining != JoiningType::Transparent);
    matches!(letter, Some(JoiningType::DualJoining | JoiningType::RightJoining))
}

fn joining(c: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(c)
}

fn follows_virama(before: &[char]) -> bool {
    before.last().is_some_and(|&c| is_virama(c))
}

fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

/// Whether `before` ends with an emoji, which may have a skin tone and a style.
fn follows_emoji(before: &[char]) -> bool {
    let mut before = before.iter().rev().copied().peekable();
    before.next_if_eq(&EMOJI_STYLE);
    before.next_if(|&c| CodePointSetData::new::<EmojiModifier>().contains(c));
    before.next().is_some_and(is_pictograph)
}

fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}
