//! Keeps the characters without a glyph that join the letters or numbers around them.
//!
//! They are those of UAX #44's `Indic_Syllabic_Category`, and the Khitan filler, which chapter 18.12 of the Unicode
//! Standard describes. Each has an effect in its script only: in other text it is invisible.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategoryGroup, IndicSyllabicCategory, Script};

use super::joiners::is_joiner;
use super::{category, is_mark};

/// Arranges the characters of a Khitan word.
const KHITAN_FILLER: char = '\u{16FE4}';
/// At the end of a word it turns its letter into a subscript (Unicode Standard, chapter 14, "Kharoshthi", "Virama").
const KHAROSHTHI_VIRAMA: char = '\u{10A3F}';

/// Whether `c` is one of these characters.
pub(super) fn is_stacker(c: char) -> bool {
    let category = CodePointMapData::<IndicSyllabicCategory>::new().get(c);
    c == KHITAN_FILLER
        || matches!(category, IndicSyllabicCategory::InvisibleStacker | IndicSyllabicCategory::NumberJoiner)
}

/// `chars` with only the stackers between two letters or numbers of their script. Of several in a row one is kept.
/// Joiners between the letters are ignored.
pub(super) fn keep_joining(chars: &[char]) -> Vec<char> {
    let mut kept: Vec<char> = Vec::with_capacity(chars.len());
    for (at, &c) in chars.iter().enumerate() {
        let joins = || {
            let before = kept.iter().rev().find(|&&c| !is_joiner(c));
            let after = chars[at + 1..].iter().find(|&&c| !is_joiner(c) && !is_stacker(c));
            // A combining mark can be between the letter and the stacker: Myanmar's kinzi, a vowel of Tai Tham.
            let follows = before.is_some_and(|&before| {
                script(before) == script(c) && !is_stacker(before) && (is_base(before) || is_mark(before))
            });
            let precedes = after.is_some_and(|&after| script(after) == script(c) && is_base(after));
            follows && (precedes || c == KHAROSHTHI_VIRAMA)
        };
        if !is_stacker(c) || joins() {
            kept.push(c);
        }
    }
    kept
}

fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

fn is_base(c: char) -> bool {
    let category = category(c);
    GeneralCategoryGroup::Letter.contains(category) || GeneralCategoryGroup::Number.contains(category)
}
