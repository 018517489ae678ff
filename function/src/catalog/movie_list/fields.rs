//! The searchable words of a row: which attributes are searched, and the weight of each attribute.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::words::{decade, words};

/// The weights of attributes that catalogues usually have. Any other attribute has the weight 1. Names are compared in
/// lower case without `_` and `-`.
const WEIGHTS: &[(&str, u8)] = &[
    ("title", 4),
    ("originaltitle", 4),
    ("name", 4),
    ("genre", 3),
    ("genres", 3),
    ("director", 3),
    ("directors", 3),
    ("year", 3),
    ("releaseyear", 3),
    ("released", 3),
    ("releasedate", 3),
    ("cast", 2),
    ("actors", 2),
    ("starring", 2),
    ("keywords", 2),
    ("tags", 2),
];
const YEARS: &[&str] = &["year", "releaseyear", "released", "releasedate"];
const RATINGS: &[&str] = &["rating", "imdbrating", "averagerating", "voteaverage", "score"];

/// A word of a row, with the weight of its attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WeightedWord {
    pub(super) word: String,
    pub(super) weight: u8,
}

/// All words of the row, with the weights of their attributes. Links, binary data and numbers other than years are
/// ignored.
pub(super) fn weighted_words(item: &HashMap<String, AttributeValue>) -> Vec<WeightedWord> {
    let mut all = Vec::new();
    for (name, value) in item {
        let name = normalized_name(name);
        let weight = WEIGHTS.iter().find(|(known, _)| *known == name).map_or(1, |&(_, weight)| weight);
        let mut add = |word| all.push(WeightedWord { word, weight });
        if YEARS.contains(&name.as_str()) {
            if let Some(year) = year(value) {
                add(year.to_string());
                add(decade(year));
            }
        } else {
            texts(value, &mut |text| words(text).into_iter().for_each(&mut add));
        }
    }
    all
}

/// The row's rating, or 0 if it has none.
pub(super) fn rating(item: &HashMap<String, AttributeValue>) -> f32 {
    let rated = |(name, value): (&String, &AttributeValue)| {
        let priority = RATINGS.iter().position(|known| *known == normalized_name(name))?;
        let text = value.as_n().or_else(|_| value.as_s()).ok()?;
        Some((priority, text.parse::<f32>().ok().filter(|rating| rating.is_finite())?))
    };
    item.iter().filter_map(rated).min_by_key(|(priority, _)| *priority).map_or(0.0, |(_, rating)| rating)
}

fn normalized_name(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// The year, from a year or from a date that begins with one.
fn year(value: &AttributeValue) -> Option<u16> {
    let text = value.as_n().or_else(|_| value.as_s()).ok()?;
    let digits = text.get(..4)?;
    let ends = !text[4..].starts_with(|c: char| c.is_ascii_alphanumeric());
    digits.parse().ok().filter(|year| (1870..=2200).contains(year) && ends)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is non-exhaustive, and only text is searched")]
fn texts(value: &AttributeValue, add: &mut impl FnMut(&str)) {
    match value {
        AttributeValue::S(text) if text.starts_with("http://") || text.starts_with("https://") => {}
        AttributeValue::S(text) => add(text),
        AttributeValue::Ss(texts) => texts.iter().for_each(|text| add(text)),
        AttributeValue::L(list) => list.iter().for_each(|value| texts(value, add)),
        AttributeValue::M(map) => map.values().for_each(|value| texts(value, add)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[(&str, AttributeValue)]) -> HashMap<String, AttributeValue> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn n(digits: &str) -> AttributeValue {
        AttributeValue::N(digits.to_owned())
    }

    fn found(fields: &[(&str, AttributeValue)]) -> Vec<(String, u8)> {
        let mut found: Vec<_> =
            weighted_words(&row(fields)).into_iter().map(|found| (found.word, found.weight)).collect();
        found.sort();
        found
    }

    #[test]
    fn a_word_has_the_weight_of_its_attribute() {
        let director = AttributeValue::L(vec![AttributeValue::M(row(&[("first", s("Ana"))]))]);
        assert_eq!(
            found(&[("Title", s("Dune")), ("plot", s("Sand")), ("DIRECTORS", director), ("poster", s("https://x/y"))]),
            [("ana".to_owned(), 3), ("dune".to_owned(), 4), ("sand".to_owned(), 1)]
        );
    }

    #[test]
    fn a_year_is_indexed_with_its_decade_and_other_numbers_are_not() {
        let expected = [("1994".to_owned(), 3), ("1990s".to_owned(), 3)].into_iter().rev().collect::<Vec<_>>();
        for value in [n("1994"), s("1994"), s("1994-05-01")] {
            assert_eq!(found(&[("release_year", value), ("minutes", n("142"))]), expected);
        }
        for value in [n("19945"), s("soon"), s("199"), s("1994x"), s("é994"), n("1"), AttributeValue::Null(true)] {
            assert_eq!(found(&[("year", value)]), []);
        }
    }

    #[test]
    fn a_rating_is_a_number_in_a_known_attribute() {
        for (fields, expected) in [
            (&[("rating", n("8.6"))][..], 8.6),
            (&[("vote_average", s("7.5")), ("imdbRating", n("9"))], 9.0),
            (&[("rating", s("PG-13"))], 0.0),
            (&[("rating", n("1e999"))], 0.0),
            (&[], 0.0),
        ] {
            assert!((rating(&row(fields)) - expected).abs() < f32::EPSILON, "{fields:?}");
        }
    }
}
