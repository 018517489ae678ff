//! Normalises words for comparison: lower case, without accents and plural endings, so that `Amélie` matches `amelie`
//! and `thrillers` matches `thriller`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The longest word that is compared, in bytes. People do not type longer words.
const LONGEST_WORD: usize = 40;

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
static STOPS: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.split(' ').collect());

/// Pairs of a colloquial word and the word that catalogues use. Both are in the form that [`words`] returns.
const SAME: &[(&str, &str)] = &[
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
const PAIRS: &[(&str, &str, &str)] = &[("sci", "fi", "sciencefiction"), ("science", "fiction", "sciencefiction")];

/// The words of `text`, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for raw in text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’')) {
        let word = folded(raw);
        if word.is_empty() || word.len() > LONGEST_WORD {
            continue;
        }
        let before = words.last().map(String::as_str);
        match PAIRS.iter().find(|(first, second, _)| before == Some(first) && word == *second) {
            Some((_, _, pair)) => {
                words.pop();
                words.push((*pair).to_owned());
            }
            None => words.push(word),
        }
    }
    words
}

/// The words of a question that distinguish films, with the words that catalogues use for them.
pub(super) fn asked(text: &str) -> Vec<String> {
    let mut asked = Vec::new();
    for word in words(text) {
        let as_catalogued = SAME.iter().find(|(said, _)| *said == word).map(|(_, called)| (*called).to_owned());
        let decade = decade_of(&word);
        if !STOPS.contains(word.as_str()) {
            asked.push(word);
        }
        asked.extend(as_catalogued);
        asked.extend(decade);
    }
    asked
}

/// The word for the decade of `year`, such as `1990s`.
pub(super) fn decade(year: u16) -> String {
    format!("{}0s", year / 10)
}

/// The four-digit form of a decade such as `90s`. 00s, 10s and 20s are of this century. `1990s` needs no conversion.
fn decade_of(word: &str) -> Option<String> {
    let digits = word.strip_suffix('s').unwrap_or(word);
    match (digits.len(), digits.parse::<u16>()) {
        (2, Ok(tens)) if tens % 10 == 0 && word.len() == 3 => {
            Some(decade(if tens < 30 { 2000 + tens } else { 1900 + tens }))
        }
        _ => None,
    }
}

fn folded(raw: &str) -> String {
    let raw = raw.trim_matches(|c| c == '\'' || c == '’');
    let raw = raw.strip_suffix("'s").or_else(|| raw.strip_suffix("’s")).unwrap_or(raw);
    let mut word = String::with_capacity(raw.len());
    for c in raw.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
        match unaccented(c) {
            Some(plain) => word.push_str(plain),
            // The lower case of a capital such as İ contains a combining dot, which is dropped.
            None if c.is_alphanumeric() => word.push(c),
            None => {}
        }
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

/// The plain letters for a Latin letter with a diacritic.
fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stop_words_look_like_words_do() {
        assert!(STOP_WORDS.split(' ').all(|word| words(word) == [word]));
    }

    #[test]
    fn accents_case_plurals_and_possessives_do_not_matter() {
        assert_eq!(words("Amélie's THRILLERS, comedies & Straße"), ["amelie", "thriller", "comedy", "strasse"]);
        assert_eq!(words("İstanbul 天空の城 тест"), ["istanbul", "天空の城", "тест"]);
        assert_eq!(words("2001: A Space Odyssey"), ["2001", "a", "space", "odyssey"]);
        assert_eq!(words("the boss’s 1990s"), ["the", "boss", "1990s"]);
    }

    #[test]
    fn science_fiction_is_one_word_however_it_is_written() {
        for text in ["Sci-Fi", "science fiction", "SCI FI"] {
            assert_eq!(words(text), ["sciencefiction"], "{text}");
        }
    }

    #[test]
    fn a_question_is_put_into_the_catalogues_words() {
        assert_eq!(asked("Recommend me some scary movies from the 90s"), ["scary", "horror", "90s", "1990s"]);
        assert_eq!(asked("funny films of the 2010s"), ["funny", "comedy", "2010s"]);
        assert_eq!(asked("the 20s"), ["20s", "2020s"]);
        assert_eq!(asked("What should I watch?"), Vec::<String>::new());
    }
}
