//! Invisible characters that are needed: without them some words are misspelt and some emoji fall apart.
//!
//! The places are those of UAX #31 (section 2.3.1) and RFC 5892 (appendix A.1 and A.2) for letters, and of UTS #51 for
//! emoji. Everywhere else, and in runs, these characters show nothing.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{CanonicalCombiningClass, EmojiModifier, ExtendedPictographic, JoiningType},
};

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';
/// Variation selector 16: the character before it is shown as an emoji.
const EMOJI_STYLE: char = '\u{FE0F}';
/// Makes a key of a digit, `#` or `*`, with [`EMOJI_STYLE`] between the two.
const KEYCAP: char = '\u{20E3}';

/// Whether `c` is one of the characters that may be needed.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, NON_JOINER | JOINER | EMOJI_STYLE)
}

/// The text of `chars`, in which a joiner stays only where it is needed.
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
                    // Bengali ra with ya-phalaa has the joiner before the virama.
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

/// Whether the last letter of `before` has a form for a letter that follows. Marks on it do not matter.
fn joins_after(before: &[char]) -> bool {
    let letter = before.iter().rev().map(|&c| joining(c)).find(|&joining| joining != JoiningType::Transparent);
    matches!(letter, Some(JoiningType::DualJoining | JoiningType::LeftJoining))
}

/// Whether the first letter of `after` has a form for a letter before it.
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

/// Whether `before` ends in an emoji, with its skin tone and style.
fn follows_emoji(before: &[char]) -> bool {
    let mut before = before.iter().rev().copied().peekable();
    before.next_if_eq(&EMOJI_STYLE);
    before.next_if(|&c| CodePointSetData::new::<EmojiModifier>().contains(c));
    before.next().is_some_and(is_pictograph)
}

fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}
