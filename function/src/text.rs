//! Removes invisible characters, because a model reads them and instructions can be hidden in them.
//!
//! Unicode's properties (ICU4X's data) decide which characters are removed, not a list:
//!
//! | property | such as |
//! |---|---|
//! | `Default_Ignorable_Code_Point` | zero width space, word joiner, invisible operators, soft hyphen, Hangul fillers, tags, variation selectors |
//! | General category `Cf` | bidirectional controls and isolates; not `Prepended_Concatenation_Mark`, which is visible |
//! | `Cc`, except tab and line ends | NUL, ESC, C1 |
//! | `Co`, `Cn` | private use, noncharacters, unassigned; not those reserved for emoji (`Extended_Pictographic`) |
//! | `Indic_Syllabic_Category` `Invisible_Stacker` or `Number_Joiner`, and the Khitan filler | Khmer coeng, Brahmi number joiner |
//!
//! Joiners and the variation selector 16 of an emoji are kept where they change the visible text, one at a time
//! ([`joiners`]). The characters of the last row are kept between letters or numbers of their script, one at a time
//! ([`stackers`]). The flags of England, Scotland and Wales consist of tags, and become the black flag with which they
//! start.

mod joiners;
mod stackers;

use icu_properties::props::{
    DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, GeneralCategoryGroup, PrependedConcatenationMark,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Characters whose properties are those of symbols or letters, and whose glyphs in the Unicode code charts are blank.
///
/// They are the braille pattern without dots, the full and the half blank of Egyptian hieroglyphs, and the null
/// notehead, which places the stem of a note without a head. No property distinguishes them from the characters around
/// them.
const BLANKS: [char; 4] = ['\u{2800}', '\u{13441}', '\u{13442}', '\u{1D159}'];

/// `text` without its invisible characters. Line ends become `\n`.
pub(crate) fn without_invisible(text: &str) -> String {
    // Most texts are plain ASCII and need no lookup of properties.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n')) {
        return text.to_owned();
    }
    let mut visible = Vec::with_capacity(text.len());
    let mut chars = text.chars().filter(|&c| is_visible(c) || is_candidate(c)).peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => visible.push('\n'),
            _ if BLANKS.contains(&c) => visible.push(' '),
            _ => visible.push(c),
        }
    }
    joiners::keep_needed(&stackers::keep_joining(&visible))
}

/// Whether `c` is invisible, but the characters around it may need it.
fn is_candidate(c: char) -> bool {
    joiners::is_joiner(c) || stackers::is_stacker(c)
}

/// Whether `c` is a combining mark, such as an accent.
pub(crate) fn is_mark(c: char) -> bool {
    !c.is_ascii() && GeneralCategoryGroup::Mark.contains(category(c))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn is_visible(c: char) -> bool {
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) || is_candidate(c) {
        return false;
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "four of thirty categories are invisible")]
    match category(c) {
        GeneralCategory::Control => matches!(c, '\t' | '\n' | '\r'),
        GeneralCategory::Format => CodePointSetData::new::<PrependedConcatenationMark>().contains(c),
        GeneralCategory::PrivateUse => false,
        GeneralCategory::Unassigned => CodePointSetData::new::<ExtendedPictographic>().contains(c),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
