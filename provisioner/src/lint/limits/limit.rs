//! One limit, and the check of a value against it.

use fancy_regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::{Severity, number};
use super::walk::Found;
use crate::template::{java_pattern, scalar_text, with_unknown_as};

/// The constraints on a value, under the names of JSON schema.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Limit {
    pattern: Option<Pattern>,
    #[serde(default)]
    min_length: usize,
    max_length: Option<usize>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    max_items: Option<usize>,
    #[serde(rename = "enum", default)]
    one_of: Vec<Value>,
    #[serde(rename = "not", default)]
    reserved: Vec<String>,
    /// The most bytes of the value as JSON. JSON schema has no such keyword.
    max_bytes: Option<usize>,
    /// A prefix that the value must not have. JSON schema has no such keyword.
    reserved_start: Option<String>,
    /// Whether the prefix is reserved in upper and lower case.
    #[serde(skip)]
    in_any_case: bool,
    /// Whether an empty text is a value, too. For the other properties, it means that the value is not given.
    #[serde(skip)]
    empty_is_given: bool,
}

/// A limit, with its property.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) path: String,
    pub(super) limit: Limit,
    pub(super) severity: Severity,
    /// The remedy, if it is more than the limit itself says.
    pub(super) hint: Option<&'static str>,
}

impl Rule {
    pub(super) fn of_schema(path: String, limit: Limit) -> Self {
        Self { path, limit: limit.with_words(), severity: Severity::Refused, hint: None }
    }
}

/// The way in which a value exceeds a limit.
#[derive(Debug)]
pub(super) struct Violation {
    pub(super) text: String,
    pub(super) hint: &'static str,
}

const SHORTER: &str = "shorten it";
const LONGER: &str = "write a longer value";
const IN_RANGE: &str = "write a value in this range";
const ONE_OF: &str = "write one of these values";
const FEWER: &str = "remove some of them";
const CHARACTERS: &str = "remove these characters";
const MATCHING: &str = "write it in this form";
const RESERVED: &str = "rename the variable; Lambda sets this one itself";

impl Limit {
    pub(super) fn length(min: usize, max: usize) -> Self {
        Self { min_length: min, max_length: Some(max), ..Self::default() }
    }

    pub(super) fn range(minimum: f64, maximum: f64) -> Self {
        Self { minimum: Some(minimum), maximum: Some(maximum), ..Self::default() }
    }

    pub(super) fn at_least(minimum: f64) -> Self {
        Self { minimum: Some(minimum), ..Self::default() }
    }

    pub(super) fn bytes(most: usize) -> Self {
        Self { max_bytes: Some(most), ..Self::default() }
    }

    pub(super) fn pattern(pattern: &str) -> Self {
        Self { pattern: Pattern::new(pattern), ..Self::default() }
    }

    pub(super) fn one_of(words: &[&str]) -> Self {
        Self { one_of: words.iter().map(|word| Value::from(*word)).collect(), ..Self::default() }
    }

    pub(super) fn not_starting_with(start: &str) -> Self {
        Self { reserved_start: Some(start.to_owned()), ..Self::default() }
    }

    /// A reserved prefix in any case.
    pub(super) fn not_starting_with_any_case_of(start: &str) -> Self {
        Self { in_any_case: true, ..Self::not_starting_with(start) }
    }

    /// A length, where an empty text is a value, too.
    pub(super) fn length_of_given(min: usize, max: usize) -> Self {
        Self { empty_is_given: true, ..Self::length(min, max) }
    }

    /// The same limit with this pattern, where an empty text is a value, too.
    pub(super) fn of_given_text(self, pattern: Option<Pattern>) -> Self {
        Self { pattern, empty_is_given: true, ..self }
    }

    /// The same limit; a pattern that only lists words is a list of the allowed values.
    fn with_words(self) -> Self {
        let Some(words) = self.pattern.as_ref().and_then(|pattern| words(&pattern.source)) else { return self };
        Self { pattern: None, min_length: 0, max_length: None, ..Self { one_of: words, ..self } }
    }

    /// The same limit, with this maximum length.
    pub(super) fn up_to(self, max: usize) -> Self {
        Self { max_length: Some(max), ..self }
    }

    /// The way in which a value exceeds the limit. A reference is not counted: AWS chooses its characters, and its
    /// length is checked when it is known. An empty text means that the value is not given.
    pub(super) fn violation(&self, found: &Found<'_>) -> Option<Violation> {
        let value = found.value.as_ref();
        let what = property_name(found);
        let violated = |text: String, hint| Some(Violation { text: format!("{what} {text}"), hint });
        if let Some(most) = self.max_bytes {
            let bytes = known_part(&value.to_string()).len();
            return if bytes > most {
                violated(format!("has {bytes} bytes; the maximum is {most}"), SHORTER)
            } else {
                None
            };
        }
        if let Some(most) = self.max_items
            && let Some(count) = value.as_array().map(Vec::len).or_else(|| value.as_object().map(Map::len))
            && count > most
        {
            return violated(format!("has {count} entries; the maximum is {most}"), FEWER);
        }
        if let Some((minimum, maximum)) = self.out_of_range(value) {
            let range = match (minimum, maximum) {
                (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}"),
                (Some(minimum), None) => format!("{minimum} or more"),
                (None, maximum) => format!("up to {}", maximum.unwrap_or_default()),
            };
            let number = number(value).unwrap_or_default();
            return violated(format!("is {number}; AWS allows {range}"), IN_RANGE);
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Object(_) => value.to_string(),
            Value::Number(_) | Value::Bool(_) => scalar_text(value),
            Value::Null | Value::Array(_) => return None,
        };
        if text.is_empty() && !self.empty_is_given {
            return None;
        }
        let known = known_part(&text);
        let is_whole = known.len() == text.len();
        let length = known.chars().count();
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            return violated(format!("has {length} characters; the maximum is {most}"), SHORTER);
        }
        if is_whole && length < self.min_length {
            return violated(format!("has {length} characters; the minimum is {}", self.min_length), LONGER);
        }
        if is_whole && !self.one_of.is_empty() && !self.one_of.iter().any(|one| scalar_text(one) == text) {
            let all: Vec<_> = self.one_of.iter().map(scalar_text).collect();
            return violated(format!("is `{text}`; AWS allows {}", all.join(", ")), ONE_OF);
        }
        if self.reserved.contains(&text) {
            return violated("is reserved".to_owned(), RESERVED);
        }
        if let Some(start) = self.reserved_start.as_ref().and_then(|start| self.begins(&text, start)) {
            return violated(format!("begins with `{start}`, which is reserved"), RESERVED);
        }
        self.pattern.as_ref()?.violation(&known, is_whole).and_then(|(text, hint)| violated(text, hint))
    }

    /// The start of a text, if it is the reserved one.
    fn begins<'t>(&self, text: &'t str, reserved: &str) -> Option<&'t str> {
        let start = text.get(..reserved.len())?;
        (start == reserved || (self.in_any_case && start.eq_ignore_ascii_case(reserved))).then_some(start)
    }

    fn out_of_range(&self, value: &Value) -> Option<(Option<f64>, Option<f64>)> {
        let range = (self.minimum, self.maximum);
        let value = number(value).filter(|_| range != (None, None))?;
        let is_out = self.minimum.is_some_and(|least| value < least) || self.maximum.is_some_and(|most| value > most);
        is_out.then_some(range)
    }
}

/// A pattern, and its class of characters if it consists of a single class.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern {
    source: String,
    regex: Regex,
    /// Matches one character of the class.
    class: Option<Regex>,
    /// Whether the end of the pattern may be before the last line break, as in Java.
    before_line_break: bool,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(source: String) -> Result<Self, Self::Error> {
        Self::new(&source).ok_or_else(|| format!("the pattern {source} cannot be read"))
    }
}

impl Pattern {
    fn new(source: &str) -> Option<Self> {
        let class = class_of(source).and_then(|class| Regex::new(&format!("^{class}$")).ok());
        Some(Self { source: source.to_owned(), regex: Regex::new(source).ok()?, class, before_line_break: false })
    }

    /// A pattern of Java; `None` if it cannot be read here.
    pub(super) fn of_java(source: &str) -> Option<Self> {
        let class = class_of(source).and_then(|class| java_pattern(&format!("^{class}$")));
        Some(Self { source: source.to_owned(), regex: java_pattern(source)?, class, before_line_break: true })
    }

    fn violation(&self, known: &str, is_whole: bool) -> Option<(String, &'static str)> {
        let matches = |text: &str| self.regex.is_match(text).unwrap_or(true);
        if matches(known) || (self.before_line_break && known.strip_suffix('\n').is_some_and(matches)) {
            return None;
        }
        if let Some(class) = &self.class {
            let mut invalid: Vec<String> = Vec::new();
            for character in known.chars() {
                let shown = printable(character);
                if !class.is_match(character.encode_utf8(&mut [0; 4])).unwrap_or(true) && !invalid.contains(&shown) {
                    invalid.push(shown);
                }
            }
            let allowed = class_of(&self.source).unwrap_or_default();
            return (!invalid.is_empty())
                .then(|| (format!("contains {}; AWS allows {allowed}", invalid.join(", ")), CHARACTERS));
        }
        is_whole.then(|| (format!("does not match `{}`", self.source), MATCHING))
    }
}

/// The words of a pattern such as `(LATEST|TRIM_HORIZON)+`, which allows nothing else.
fn words(pattern: &str) -> Option<Vec<Value>> {
    let inner = pattern.strip_prefix('^').unwrap_or(pattern);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let inner = inner.strip_suffix('+').unwrap_or(inner);
    let inner = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner);
    let inner = inner.strip_prefix("?:").unwrap_or(inner);
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let words: Vec<&str> = inner.split('|').collect();
    (words.len() > 1 && words.iter().all(is_word)).then(|| words.into_iter().map(Value::from).collect())
}

/// The class of a pattern that consists of a single class, such as `^[a-z]+$`.
fn class_of(pattern: &str) -> Option<&str> {
    let inner = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let inner = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner);
    let mut escaped = false;
    let end = inner.char_indices().find(|(_, character)| {
        let is_end = *character == ']' && !escaped;
        escaped = *character == '\\' && !escaped;
        is_end
    });
    let (class, repeated) = inner.split_at(end?.0 + 1);
    let is_repeated = ["*", "+"].contains(&repeated) || (repeated.starts_with("{1,") && repeated.ends_with('}'));
    (class.starts_with('[') && is_repeated).then_some(class)
}

/// A character in a printable form.
fn printable(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        c if c.is_control() || c.is_whitespace() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

/// The name of the value that exceeds a limit: its property.
fn property_name(found: &Found<'_>) -> String {
    let path = found.at.join(".");
    if !found.is_key {
        return path;
    }
    let (before, key) = found.at.split_at(found.at.len().saturating_sub(1));
    let key = key.first().map(|key| start(key)).unwrap_or_default();
    format!("the key {}.{key}", before.join("."))
}

fn start(key: &str) -> String {
    if key.chars().count() <= 32 { key.to_owned() } else { key.chars().take(32).chain(['…']).collect() }
}

/// The text without references.
fn known_part(text: &str) -> String {
    with_unknown_as(text, "")
}
