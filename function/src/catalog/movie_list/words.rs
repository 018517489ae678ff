//! Normalises words for comparison: lower case, without accents and plural endings, so that `Amélie` matches `amelie`
//! and `thrillers` matches `thriller`.
//!
//! Accents are removed from Latin, Greek and Cyrillic letters. In other scripts such a mark makes another letter, such
//! as the voiced consonants of Japanese.

use std::collections::HashSet;
use std::sync::LazyLock;

use icu_normalizer::properties::{CanonicalDecompositionBorrowed, Decomposed};
use icu_properties::CodePointMapData;
use icu_properties::props::Script;

use crate::text::is_mark;

/// The longest word that is compared, in bytes. Users do not type longer words.
const MAX_WORD_BYTES: usize = 40;

/// Words that are common in questions and say nothing about a film.
///
/// Rare words need no entry: a word that no film contains has no effect, and a word that nearly every film contains has
/// almost no weight.
const STOP_WORDS: &str = "\
    a about all an and any are as at be best but by can cinema could did do doe ever film for from give good \
    great had has have he her him his how i if in is it its just know like list made make me more movie movy my \
    no not of on one or other please rated rating recommend recommendation she should show some something \
    suggest tell than that the their them there they thi those to top want was watch we were what when where \
    which who will with would you your";

/// The same words as a set for fast lookup: a long conversation has thousands of words.
static STOP_WORD_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.split(' ').collect());

/// Pairs of a colloquial word and the word that catalogues use. Both are in the form that [`words`] returns.
const SYNONYMS: &[(&str, &str)] = &[
    ("animated", "animation"),
    ("cartoon", "animation"),
    ("comedic", "comedy"),
    ("funny", "comedy"),
    ("hilarious", "comedy"),
    ("love", "romance"),
    ("romantic", "romance"),
    ("scary", "horror"),
    ("scifi", "sciencefiction"),
    ("sf", "sciencefiction"),
    ("spooky", "horror"),
];

/// Two words that are treated as one: `Sci-Fi`, `science fiction`.
const COMPOUNDS: &[(&str, &str, &str)] = &[("sci", "fi", "sciencefiction"), ("science", "fiction", "sciencefiction")];

/// The words of `text`, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for raw in text.split(|c: char| !(c.is_alphanumeric() || is_apostrophe(c) || is_mark(c))) {
        let word = normalized(raw);
        if word.is_empty() || word.len() > MAX_WORD_BYTES {
            continue;
        }
        let previous = words.last().map(String::as_str);
        match COMPOUNDS.iter().find(|(first, second, _)| previous == Some(first) && word == *second) {
            Some((_, _, compound)) => {
                words.pop();
                words.push((*compound).to_owned());
            }
            None => words.push(word),
        }
    }
    words
}

/// The words of a question that distinguish films, with the words that catalogues use for them.
pub(super) fn query_words(text: &str) -> Vec<String> {
    let mut query = Vec::new();
    for word in words(text) {
        let synonym = SYNONYMS.iter().find(|(colloquial, _)| *colloquial == word).map(|(_, word)| (*word).to_owned());
        let decade = full_decade(&word);
        if !STOP_WORD_SET.contains(word.as_str()) {
            query.push(word);
        }
        query.extend(synonym);
        query.extend(decade);
    }
    query
}

/// The word for the decade of `year`, such as `1990s`.
pub(super) fn decade(year: u16) -> String {
    format!("{}0s", year / 10)
}

/// The four-digit form of a decade such as `90s`. 00s, 10s and 20s are of this century. `1990s` needs no conversion.
fn full_decade(word: &str) -> Option<String> {
    let digits = word.strip_suffix('s').unwrap_or(word);
    match (digits.len(), digits.parse::<u16>()) {
        (2, Ok(tens)) if tens % 10 == 0 && word.len() == 3 => {
            Some(decade(if tens < 30 { 2000 + tens } else { 1900 + tens }))
        }
        _ => None,
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn normalized(raw: &str) -> String {
    let raw = raw.trim_matches(is_apostrophe);
    let raw = raw.strip_suffix("'s").or_else(|| raw.strip_suffix("’s")).unwrap_or(raw);
    let mut word = String::with_capacity(raw.len());
    // Combining marks, such as the dot in the lower case of İ, are not alphanumeric.
    for c in raw.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()) {
        push_without_accent(&mut word, c);
    }
    singular(word)
}

/// Removes English plural endings, only approximately: both sides of a comparison use it, so the result need not be an
/// English word.
fn singular(mut word: String) -> String {
    if word.starts_with(|c: char| c.is_ascii_digit()) || !word.is_ascii() || word.len() < 4 || word.ends_with("ss") {
        return word;
    }
    if word.ends_with("ies") {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if word.ends_with('s') {
        word.truncate(word.len() - 1);
    }
    word
}

/// Appends a letter in lower case without its accents.
fn push_without_accent(word: &mut String, c: char) {
    if c.is_ascii()
        || !matches!(CodePointMapData::<Script>::new().get(c), Script::Latin | Script::Greek | Script::Cyrillic)
    {
        return word.push(c);
    }
    let mut base = c;
    while let Decomposed::Expansion(letter, _) = CanonicalDecompositionBorrowed::new().decompose(base) {
        base = letter;
    }
    match base {
        // Unicode does not decompose letters with a stroke, and ligatures.
        'æ' => word.push_str("ae"),
        'đ' | 'ð' => word.push('d'),
        'ı' => word.push('i'),
        'ł' => word.push('l'),
        'ø' => word.push('o'),
        'œ' => word.push_str("oe"),
        'ß' => word.push_str("ss"),
        _ => word.push(base),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stop_word_is_in_its_normalised_form() {
        assert!(STOP_WORDS.split(' ').all(|word| words(word) == [word]));
    }

    #[test]
    fn accents_case_plurals_and_possessives_are_ignored() {
        assert_eq!(words("Amélie's THRILLERS, comedies & Straße"), ["amelie", "thriller", "comedy", "strasse"]);
        assert_eq!(words("İstanbul 天空の城 тест"), ["istanbul", "天空の城", "тест"]);
        assert_eq!(words("2001: A Space Odyssey"), ["2001", "a", "space", "odyssey"]);
        assert_eq!(words("the boss’s 1990s"), ["the", "boss", "1990s"]);
    }

    #[test]
    fn a_latin_letter_matches_its_plain_letter() {
        for (letters, plain) in [
            ("àáâãäåāăąǎạảấầẩẫậắằẳẵặ", "a"),
            ("æǽ", "ae"),
            ("çćĉċč", "c"),
            ("ďđð", "d"),
            ("èéêëēĕėęěẹẻẽếềểễệ", "e"),
            ("ĝğġģ", "g"),
            ("ĥȟ", "h"),
            ("ìíîïĩīĭįıỉị", "i"),
            ("ĺļľł", "l"),
            ("ñńņň", "n"),
            ("òóôõöøōŏőơọỏốồổỗộớờởỡợǿ", "o"),
            ("œ", "oe"),
            ("ŕŗř", "r"),
            ("śŝşšș", "s"),
            ("ß", "ss"),
            ("ţťț", "t"),
            ("ùúûüũūŭůűųưụủứừửữự", "u"),
            ("ýÿŷỳỵỷỹ", "y"),
            ("źżž", "z"),
        ] {
            for letter in letters.chars() {
                assert_eq!(words(&letter.to_string()), [plain], "{letter}");
                assert_eq!(words(&letter.to_uppercase().to_string()), [plain], "upper case of {letter}");
            }
        }
    }

    #[test]
    fn a_letter_and_its_combining_marks_are_one_word() {
        assert_eq!(words("Ame\u{301}lie, Pho\u{31B}\u{309}"), words("Amélie, Phở"));
        assert_eq!(words("Phở"), ["pho"]);
        // Hindi: the virama joins the letters of a word.
        assert_eq!(words("\u{939}\u{93F}\u{928}\u{94D}\u{926}\u{940}").len(), 1);
    }

    #[test]
    fn greek_and_cyrillic_letters_lose_their_accents_and_other_scripts_stay() {
        assert_eq!(words("Ελλάδα Ёлки"), ["ελλαδα", "елки"]);
        assert_eq!(words("ガス 한국 天空"), ["ガス", "한국", "天空"]);
    }

    #[test]
    fn each_spelling_of_science_fiction_is_the_same_word() {
        for text in ["Sci-Fi", "science fiction", "SCI FI"] {
            assert_eq!(words(text), ["sciencefiction"], "{text}");
        }
    }

    #[test]
    fn a_question_contains_the_words_that_catalogues_use() {
        assert_eq!(query_words("Recommend me some scary movies from the 90s"), ["scary", "horror", "90s", "1990s"]);
        assert_eq!(query_words("funny films of the 2010s"), ["funny", "comedy", "2010s"]);
        assert_eq!(query_words("the 20s"), ["20s", "2020s"]);
        assert_eq!(query_words("What should I watch?"), Vec::<String>::new());
    }
}
