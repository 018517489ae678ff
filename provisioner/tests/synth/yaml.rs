//! YAML is read as CloudFormation and the AWS CLI read it, and written so that readers of YAML 1.1 read the same.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use provisioner::template::{Source, Template, to_yaml};
use serde_json::{Value, json};

use crate::python;

/// Texts that YAML 1.1 reads as something else, unless they are quoted.
const MISTAKABLE: [&str; 44] = [
    "on", "off", "yes", "No", "y", "N", "true", "FALSE", "~", "null", "Null", "", " ", "=", "<<", "12:30", "1:30:15.5",
    "1_000", "012345", "012345670123", "08", "0x1F", "0b11", "0o17", "1e3", "1.0e+3", "1.10", "-5", "+5", ".5", ".inf",
    "-.INF", ".nan", "2012-10-17", "2020-01-01T00:00:00Z", "2020-1-1 0:00:00", "- a", "a: b", "a #b", "'", "\"", "%a",
    " a", "a ",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::sample::select(&MISTAKABLE[..]).prop_map(str::to_owned),
        2 => "[-+0-9._:exEoinfaNyYt=<~|>'\"#&*!%@`,?{}\\[\\] ]{0,7}",
        1 => "\\PC{0,12}",
        1 => "[a-z ]{0,4}(\n[a-z: #-]{0,6}){1,3}",
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        // With few digits, because serde_json reads Python's answer and rounds the last of seventeen.
        1 => any::<i32>().prop_map(|number| Value::from(f64::from(number) / 16.0)),
        1 => proptest::sample::select(&[1e300, -1e21, 1e16, 1e15, 1e-7, 0.0, 1.0][..]).prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map(text(), inner, 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

#[test]
fn texts_that_look_like_other_types_are_read_back_unchanged() {
    let values: Vec<Value> = MISTAKABLE.iter().map(|text| json!({ *text: [text, { *text: text }] })).collect();
    let written = to_yaml(&json!(values));
    assert_eq!(python::read(&written, false), Ok(python::in_entries(&json!(values))), "{written}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pyyaml_reads_the_values_that_synth_writes(value in value()) {
        let written = to_yaml(&value);
        prop_assert_eq!(python::read(&written, false), Ok(python::in_entries(&value)), "{}", written);
    }
}

/// A piece of a template, as users write it.
#[derive(Debug, Clone)]
enum Piece {
    /// On one line.
    Line(String),
    /// The header of a block, and its lines.
    Block(&'static str, Vec<String>),
    List(Vec<Piece>),
    Map(Vec<Piece>, Option<&'static str>),
    /// `!If` with two branches.
    If(Box<Piece>, Box<Piece>),
}

const LINES: [&str; 62] = [
    "yes", "no", "On", "OFF", "y", "N", "true", "True", "FALSE", "5", "-5", "+5", "0", "512", "1.10", "1.", ".5",
    "-0.5", "0x1F", "0b101", "0o17", "017", "012345670123", "08", "088888888888", "1_000", "12:30", "1:30.5", "1e3",
    "1.5e+3", "1.5e3", "2012-10-17", "10.0.0.0/16", "a", "a b", "a:b", "a#b", "arn:aws:iam::1:role/x", "'on'",
    "\"12:30\"", "'it''s'", "\"a\\tb\\u00e9\\x41\\\\\\\"\"", "! on", "!Ref R", "!Sub yes-${R}", "!Sub 5",
    "!GetAtt R.Arn", "!GetAtt [R, Arn.x]", "!Join ['-', [a, 'b', 5]]", "{a: 1, 'b': [x, y], c: {d: e}}",
    "[a, 'b', 5, {c: d}]", "[]", "{}", "!!str 5", "!!bool yes", "!!float 1", "!!int \"012\"", "a # comment",
    "{<<: *one, x: y}", "{!!merge <<: *one, x: y}", "{<<: [*one, *two], b: own}", "*one",
];

fn piece() -> impl Strategy<Value = Piece> {
    let line = prop_oneof![
        4 => proptest::sample::select(LINES.iter().copied().filter(|line| *line != "! on").collect::<Vec<_>>()).prop_map(str::to_owned),
        1 => "[a-z0-9][-a-z0-9._/+ ]{0,9}[a-z0-9]",
        1 => "'[-a-z0-9:#{}!&*|>%@, ]{0,9}'",
    ];
    let block = (
        proptest::sample::select(&["|", "|-", "|+", ">", ">-", ">+", "!Sub |", "|2"][..]),
        proptest::collection::vec("([a-z#:'-][a-z0-9#:' -]{0,8})?", 1..5),
    );
    let leaf = prop_oneof![
        6 => line.prop_map(Piece::Line),
        1 => block.prop_filter("a block begins with text", |(_, lines)| !lines[0].is_empty())
            .prop_map(|(header, lines)| Piece::Block(header, lines)),
    ];
    let keys = ["yes", "012", "200", "1.5", "'no'", "a.b", "<<"];
    leaf.prop_recursive(3, 20, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Piece::List),
            (
                proptest::collection::vec(inner.clone(), 1..4),
                proptest::option::of(proptest::sample::select(keys.to_vec())),
            )
                .prop_map(|(pieces, key)| Piece::Map(pieces, key)),
            (inner.clone(), inner).prop_map(|(yes, no)| Piece::If(Box::new(yes), Box::new(no))),
        ]
    })
}

impl Piece {
    /// The text after the colon of a key or the dash of a list.
    fn write(&self, indent: usize) -> String {
        let blanks = " ".repeat(indent);
        match self {
            Self::Line(line) => format!(" {line}\n"),
            Self::Block(header, lines) => {
                let lines = lines
                    .iter()
                    .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{blanks}  {line}\n") });
                format!(" {header}\n{}", lines.collect::<String>())
            }
            Self::List(items) => {
                let items = items.iter().map(|item| format!("{blanks}-{}", item.write(indent + 2)));
                format!("\n{}", items.collect::<String>())
            }
            Self::Map(values, key) => {
                let special = key.map(|key| format!("{blanks}{key}: {}\n", if key == "<<" { "*two" } else { "x" }));
                let entries =
                    values.iter().enumerate().map(|(n, value)| format!("{blanks}k{n}:{}", value.write(indent + 2)));
                format!("\n{}{}", entries.collect::<String>(), special.unwrap_or_default())
            }
            Self::If(yes, no) => {
                format!(" !If\n{blanks}- C\n{blanks}-{}{blanks}-{}", yes.write(indent + 2), no.write(indent + 2))
            }
        }
    }
}

/// Compares this program's value with that of the AWS CLI; where they differ, a remark must say so.
fn compare(ours: &Value, theirs: &Value, remarks: &[String], at: &str) -> Result<(), String> {
    let check = |what: &str, text: &str| {
        let words = format!("the {what} `{text}` is ");
        match remarks.iter().any(|remark| remark.contains(&words)) {
            true => Ok(()),
            false => Err(format!("{at}: {ours} and {theirs}, and no remark about `{text}`")),
        }
    };
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => ours
            .iter()
            .zip(theirs)
            .enumerate()
            .try_for_each(|(n, (one, other))| compare(one, other, remarks, &format!("{at}.{n}"))),
        (Value::Object(object), _) => {
            let entries = theirs["entries"].as_array().ok_or(format!("{at}: {ours} and {theirs}"))?;
            if object.len() != entries.len() {
                return Err(format!("{at}: {ours} and {theirs}"));
            }
            object.iter().zip(entries).try_for_each(|((key, one), entry)| {
                // Python writes `False` for `false`.
                let is_same = |theirs: &Value| theirs.as_str().is_some_and(|theirs| theirs.eq_ignore_ascii_case(key));
                if !is_same(&entry[0]) && !is_same(&entry[0]["key"]) {
                    check("key", entry[0].as_str().unwrap_or(key))?;
                }
                compare(one, &entry[1], remarks, &format!("{at}.{key}"))
            })
        }
        (ours, theirs) if ours == theirs => Ok(()),
        // CloudFormation has more notations for numbers than PyYAML: `08`, `1e3`.
        (Value::Number(number), Value::String(text))
            if number.to_string().replace("e+", "e") == text.replace("e+", "e") =>
        {
            Ok(())
        }
        (Value::Number(_), Value::String(text)) => check("value", text),
        _ => Err(format!("{at}: {ours} and {theirs}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_template_is_read_as_the_aws_cli_reads_it_except_for_noted_values(piece in piece()) {
        let text = format!(
            "Metadata:\n  One: &one {{a: 1, b: two}}\n  Two: &two {{b: 'x', c: 3}}\nConditions:\n  C: !Equals [a, b]\n\
             Resources:\n  R:\n    Type: 'T'\n    Properties:\n      P:{}",
            piece.write(8)
        );
        let theirs = python::read(&text, true);
        let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), &text));
        match (template, theirs) {
            (Ok(template), Ok(theirs)) => {
                let remarks: Vec<_> = template.remarks(&BTreeMap::new()).into_iter().map(|one| one.text).collect();
                let same = compare(template.flat(), &theirs, &remarks, "");
                prop_assert!(same.is_ok(), "{}\n{}", same.unwrap_err(), text);
            }
            (template, theirs) => {
                prop_assert!(false, "{:?}\n{:?}\n{}", template.err().map(|error| error.to_string()), theirs, text);
            }
        }
    }
}
