//! Converts YAML or JSON text to one JSON value, with CloudFormation's short tags in their long form.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::node::{Content, Entry, Node, SyntaxError};
use super::remark::Remark;
use super::source::Source;
use super::{compose, json as json_text, plain};
use crate::error::{Error, Result};

/// The value of a text, and remarks on how the text is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    pub value: Value,
    pub remarks: Vec<Remark>,
}

/// The remedy for an error without its own.
const CORRECT: &str = "correct this line";

/// Reads a template, or a file that it includes.
///
/// # Errors
/// When the text is neither YAML nor JSON, uses a tag that is not an intrinsic function, or contains a null; with the
/// line.
pub(super) fn template(source: &Source) -> Result<Document> {
    read(source, Reader { nulls: false, ..Reader::of(source) })
}

/// Reads any YAML or JSON.
///
/// # Errors
/// As [`template`], except that nulls are allowed.
pub(super) fn any(source: &Source) -> Result<Document> {
    read(source, Reader::of(source))
}

/// Reads any YAML or JSON and keeps its scalars and keys as they are written: `1.10` and `on` are text. Booleans and
/// null of JSON keep their types.
pub(super) fn as_written(source: &Source) -> Result<Value> {
    read(source, Reader { as_written: true, ..Reader::of(source) }).map(|document| document.value)
}

/// The source as nodes: JSON if it is JSON or its file is named `.json`, otherwise YAML.
pub(super) fn nodes(source: &Source) -> std::result::Result<Node, SyntaxError> {
    let text = source.text();
    if source.path().extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        return json_text::read(text).map_err(|error| match error.is_not_json {
            true => error.hint("write it as JSON, without comments and trailing commas, or rename the file to `.yaml`"),
            false => error,
        });
    }
    if !json_text::looks_like_json(text) {
        return compose::read(text);
    }
    json_text::read(text).or_else(|of_json| {
        // `{A: 1}` is YAML, and so is JSON with comments. A duplicate key or half a surrogate pair is an error in both.
        let looks_like_json = text.trim_start()[1..].trim_start().starts_with(['"', '}', ']', '[', '{']);
        match of_json.is_not_json {
            true => compose::read(text).map_err(|of_yaml| if looks_like_json { of_json } else { of_yaml }),
            false => Err(of_json),
        }
    })
}

fn read(source: &Source, mut reader: Reader<'_>) -> Result<Document> {
    let failed = |SyntaxError { line, cause, hint, is_not_json: _ }: SyntaxError| {
        let place = line.map(|line| format!(":{line}")).unwrap_or_default();
        let error = Error::new(format!("reading {} {}{place}", source.what(), source.path().display()), cause);
        error.hint(hint.unwrap_or_else(|| CORRECT.to_owned()))
    };
    let value = nodes(source).and_then(|node| reader.value(node)).map_err(failed)?;
    Ok(Document { value, remarks: reader.remarks.into_iter().map(|(_, remark)| remark).collect() })
}

/// Converts nodes to values, and records where a value may not be what its author meant.
struct Reader<'s> {
    source: &'s Source,
    /// Whether a null is a value.
    nulls: bool,
    /// Whether plain scalars and numbers stay the text that is written.
    as_written: bool,
    /// Keys from the root to the current value.
    path: Vec<String>,
    /// Sorted by line. An alias repeats a line.
    remarks: BTreeSet<(usize, Remark)>,
}

impl<'s> Reader<'s> {
    fn of(source: &'s Source) -> Self {
        Self { source, nulls: true, as_written: false, path: Vec::new(), remarks: BTreeSet::new() }
    }

    fn value(&mut self, node: Node) -> std::result::Result<Value, SyntaxError> {
        let line = node.line;
        let value = match node.content {
            Content::Scalar(value) => value,
            Content::Number(text) if self.as_written => Value::String(text),
            Content::Number(text) => json_text::number(&text),
            Content::Plain(text) => self.plain(line, text)?,
            Content::List(items) => {
                let items = items.into_iter().enumerate();
                items.map(|(index, item)| self.below(index.to_string(), item)).collect::<std::result::Result<_, _>>()?
            }
            Content::Map(entries) => {
                let mut object = Map::new();
                for entry in entries {
                    let key = self.key(&entry);
                    let value = self.below(key.clone(), entry.value)?;
                    if object.insert(key.clone(), value).is_some() {
                        return Err(SyntaxError::twice(entry.line, &key));
                    }
                }
                Value::Object(object)
            }
            Content::Tagged(tag, value) => {
                let argument = self.value(*value)?;
                expand_tag(&tag, argument).map_err(|cause| {
                    let hint =
                        "write one of CloudFormation's functions, which `docs/template-support.md` lists, in its form";
                    SyntaxError::at(line, cause).hint(hint)
                })?
            }
        };
        if value.is_null() && !self.nulls {
            let path = self.path.join(".");
            let shown = if path.is_empty() { String::new() } else { format!("{path}: ") };
            let cause = format!("{shown}it is null, which CloudFormation does not allow in a template");
            return Err(SyntaxError::at(line, cause).hint("remove the key, or give it a value"));
        }
        Ok(value)
    }

    fn below(&mut self, key: String, node: Node) -> std::result::Result<Value, SyntaxError> {
        self.path.push(key);
        let value = self.value(node);
        self.path.pop();
        value
    }

    fn key(&mut self, entry: &Entry) -> String {
        if self.as_written {
            return entry.key.clone();
        }
        let name = entry.name();
        if name != entry.key {
            self.remark(entry.line, "key", &entry.key, &name);
        }
        name
    }

    fn plain(&mut self, line: usize, text: String) -> std::result::Result<Value, SyntaxError> {
        if self.as_written {
            return Ok(if plain::is_null(&text) { Value::Null } else { Value::String(text) });
        }
        if let Some(value) = plain::unexpected(&text) {
            self.remark(line, "value", &text, &value.to_string());
        }
        plain::read(&text).map_err(|cause| SyntaxError::at(line, cause))
    }

    fn remark(&mut self, line: usize, what: &str, text: &str, read: &str) {
        let place = format!("{}:{line}", self.source.path().display());
        let remark = Remark {
            text: format!(
                "{place}: without quotes, the {what} `{text}` is read as `{read}`, as in CloudFormation (YAML 1.1)"
            ),
            hint: format!("write `'{text}'` if it is text, and `{read}` if it is not").into(),
            word_at: Some(place),
        };
        self.remarks.insert((line, remark));
    }
}

fn expand_tag(tag: &str, argument: Value) -> std::result::Result<Value, String> {
    let name = match tag {
        "Ref" | "Condition" => tag.to_owned(),
        "GetAtt" => {
            let Some(text) = argument.as_str() else { return Ok(json!({ "Fn::GetAtt": argument })) };
            return match text.split_once('.') {
                Some((id, attribute)) => Ok(json!({ "Fn::GetAtt": [id, attribute] })),
                None => Err(format!("`!GetAtt {text}` must be written `!GetAtt LogicalId.Attribute`")),
            };
        }
        "And" | "Base64" | "Cidr" | "Equals" | "FindInMap" | "GetAZs" | "If" | "ImportValue" | "Join" | "Length"
        | "Not" | "Or" | "Select" | "Split" | "Sub" | "ToJsonString" | "Transform" => format!("Fn::{tag}"),
        other => return Err(format!("`!{other}` is not a CloudFormation function")),
    };
    Ok(json!({ name: argument }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn document(text: &str) -> Result<Document> {
        any(&Source::in_memory(Path::new("t.yaml"), text))
    }

    fn parsed(text: &str) -> Result<Value> {
        document(text).map(|document| document.value)
    }

    #[test]
    fn short_tags_become_long_forms_at_any_depth() {
        let value = parsed("A: !Not [!Equals [!Ref X, '']]\nB: !GetAtt Role.Arn\nC: !Sub 'a-${X}'\nD: !Ref 5").unwrap();
        assert_eq!(
            value,
            json!({
                "A": {"Fn::Not": [{"Fn::Equals": [{"Ref": "X"}, ""]}]},
                "B": {"Fn::GetAtt": ["Role", "Arn"]},
                "C": {"Fn::Sub": "a-${X}"},
                "D": {"Ref": "5"},
            })
        );
    }

    #[test]
    fn plain_scalars_follow_yaml_1_1_and_quoted_ones_are_text() {
        assert_eq!(
            parsed("V: 2012-10-17\nY: yes\nO: 010\nM: 1_000\nno: 2:30\nT: ['yes', \"010\", !Sub 1e3]").unwrap(),
            json!({
                "V": "2012-10-17", "Y": true, "O": 8, "M": 1000, "false": 150, "T": ["yes", "010", {"Fn::Sub": "1e3"}],
            })
        );
        let error = parsed("A: 1\n8: b\n010: c").unwrap_err().to_string();
        assert!(error.contains("t.yaml:3: the key `8` is a duplicate: a map contains each key once"), "{error}");
    }

    #[test]
    fn scalars_keep_their_text_on_request() {
        let text = |path, text| as_written(&Source::in_memory(Path::new(path), text)).unwrap();
        assert_eq!(
            text("p.yaml", "A: 1.10\nB: 0x1F\non: on\nC: ~\nD: [012, '']"),
            json!({"A": "1.10", "B": "0x1F", "on": "on", "C": null, "D": ["012", ""]})
        );
        assert_eq!(
            text("p.json", r#"{"A": 1.10, "B": 1E+2, "C": true, "D": null}"#),
            json!({"A": "1.10", "B": "1E+2", "C": true, "D": null})
        );
    }

    #[test]
    fn a_yaml_tag_sets_the_type_without_a_remark() {
        let document = document("A: [!!bool yes, !!float 1, !!int \"012\", !!str on, !!null x]\n!!str no: 1").unwrap();
        assert_eq!(document.value, json!({"A": [true, 1.0, 10, "on", null], "no": 1}));
        assert_eq!(document.remarks, []);
        let error = parsed("A: 1\nB: !!int many").unwrap_err().to_string();
        assert!(error.contains("t.yaml:2: `many` is not a value of `!!int`"), "{error}");
    }

    #[test]
    fn a_file_named_json_must_be_json() {
        for (text, line) in [
            ("// c\n{\"A\": 1}", 1),
            ("{\"A\": 1,\n}", 2),
            ("{\n\"A\": 01}", 2),
            ("{\n\n\"A\": NaN}", 3),
            ("A: 1", 1),
            ("{A: 1}", 1),
        ] {
            let error = any(&Source::in_memory(Path::new("t.JSON"), text)).unwrap_err().to_string();
            assert!(error.starts_with(&format!("reading template t.JSON:{line}: it is not valid JSON: ")), "{error}");
            assert!(error.contains("hint: write it as JSON"), "{error}");
        }
        assert_eq!(parsed("{A: 1}").unwrap(), json!({"A": 1}));
    }

    #[test]
    fn two_short_forms_in_a_row_get_a_hint() {
        for (text, long) in [
            ("A:\n  B: !Base64 !Ref X", "`Fn::Base64: !Ref …`"),
            ("A: {B: !Base64 !Sub x}", "`Fn::Base64: !Sub …`"),
            ("A:\n- !Ref\n  !Sub x\n- b", "`Ref: !Sub …`"),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains("cannot follow") && error.contains(long), "{text}: {error}");
        }
        let error = parsed("A: !Ref x\nB: '").unwrap_err().to_string();
        assert!(!error.contains("cannot follow"), "{error}");
    }

    #[test]
    fn a_scalar_that_may_be_text_gets_a_remark_with_line_and_hint() {
        let document =
            document("A: on\n'no':\n  no: [12:30, '1_000', 2012-10-17]\nB: !Sub yes\nC: &c {D: 010}\nE: *c").unwrap();
        let remarks: Vec<_> = document.remarks.iter().map(|one| format!("{} / {}", one.text, one.hint)).collect();
        assert_eq!(
            remarks,
            [
                "t.yaml:1: without quotes, the value `on` is read as `true`, as in CloudFormation (YAML 1.1) \
                 / write `'on'` if it is text, and `true` if it is not",
                "t.yaml:3: without quotes, the key `no` is read as `false`, as in CloudFormation (YAML 1.1) \
                 / write `'no'` if it is text, and `false` if it is not",
                "t.yaml:3: without quotes, the value `12:30` is read as `750`, as in CloudFormation (YAML 1.1) \
                 / write `'12:30'` if it is text, and `750` if it is not",
                "t.yaml:5: without quotes, the value `010` is read as `8`, as in CloudFormation (YAML 1.1) \
                 / write `'010'` if it is text, and `8` if it is not",
            ]
        );
    }

    #[test]
    fn merge_keys_follow_the_aws_cli() {
        let bases = "One: &one {A: 1, B: 1}\nTwo: &two {B: 2, C: 2}\n";
        for (map, merged) in [
            ("{<<: *one, C: 3}", json!({"A": 1, "B": 1, "C": 3})),
            ("{B: 3, <<: *one}", json!({"A": 1, "B": 3})),
            ("{<<: [*one, *two]}", json!({"A": 1, "B": 1, "C": 2})),
            ("{<<: [*two, *one], A: 4}", json!({"A": 4, "B": 2, "C": 2})),
            ("{<<: {D: 5}}", json!({"D": 5})),
            ("{!!merge <<: *one, C: 3}", json!({"A": 1, "B": 1, "C": 3})),
            ("{'<<': *one}", json!({"<<": {"A": 1, "B": 1}})),
        ] {
            assert_eq!(parsed(&format!("{bases}X: {map}")).unwrap()["X"], merged, "{map}");
        }
        let error = parsed("A:\n  <<: 5").unwrap_err().to_string();
        assert!(error.contains("t.yaml:2: `<<` takes a map or a list of maps"), "{error}");
    }

    #[test]
    fn invalid_yaml_is_refused_with_line_and_reason() {
        for (text, reason) in [
            ("A: 1\nA: 2", "t.yaml:2: the key `A` is a duplicate: a map contains each key once"),
            ("{\"A\": 1,\n\"A\": 2}", "t.yaml:2: the key `A` is a duplicate: a map contains each key once"),
            ("B: 1\nA: !Reff X", "t.yaml:2: `!Reff` is not a CloudFormation function"),
            ("A: !GetAtt Role", "t.yaml:1: `!GetAtt Role` must be written `!GetAtt LogicalId.Attribute`"),
            ("A:\n  ]", "t.yaml:2: it is not valid YAML: "),
            ("{\"A\": 1\n\"B\": 2}", "t.yaml:2: it is not valid JSON: expected `,` or `}`, at column 1"),
            ("? [a]\n: 1", "t.yaml:1: a key must be text"),
            ("A: 1\n---\nB: 2", "t.yaml:2: a second document begins here; a file contains one"),
            ("A:\n  B: .inf", "t.yaml:2: `.inf` is not a number that JSON can represent"),
            ("A: !!binary aGk=", "t.yaml:1: the YAML tag `!!binary` is not supported here"),
            ("A: &a [*a]", "t.yaml:1: the alias refers to a value that contains the alias"),
            ("A: *a", "t.yaml:1: it is not valid YAML: "),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?} gave: {error}");
            assert!(error.contains("hint: "), "{text:?} gave: {error}");
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_gets_a_hint_with_the_form_of_yaml() {
        let error = parsed(r#"A: "\ud83c\udfac""#).unwrap_err().to_string();
        assert!(error.contains("t.yaml:1: an escape such as `\\ud83c` is half of a surrogate pair"), "{error}");
        assert!(error.contains(r"such as `\U0001F3AC` for `\ud83c\udfac`"), "{error}");
        assert_eq!(parsed(r#"A: "\U0001F3AC""#).unwrap(), json!({"A": "🎬"}));
    }

    #[test]
    fn a_template_must_not_contain_null() {
        let null = |text: &str| template(&Source::in_memory(Path::new("t.yaml"), text)).unwrap_err().to_string();
        let error = null("Resources:\n  S:\n    Properties:\n      Settings:\n        Limit:\n");
        assert!(
            error.starts_with("reading template t.yaml:5: Resources.S.Properties.Settings.Limit: it is null"),
            "{error}"
        );
        assert!(null("{\"A\": [1, null]}").contains("t.yaml:1: A.1: it is null"));
        assert!(error.contains("hint: remove the key, or give it a value"), "{error}");
        assert!(null("# nothing\n").contains("t.yaml:1: it is null"));
    }

    #[test]
    fn an_alias_bomb_and_a_tower_of_lists_are_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let above = level - 1;
            let items = vec![format!("*a{above}"); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        let error = parsed(&text).unwrap_err().to_string();
        assert!(error.contains("aliases repeat more than 100000 values"), "{error}");
        let mut tower = String::from("a0: &a0 [x]\n");
        for level in 1..300 {
            tower.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        for deep in [format!("A: {}", "[".repeat(5000)), "- ".repeat(5000), tower] {
            let error = parsed(&deep).unwrap_err().to_string();
            assert!(error.contains("nested more than 128 levels deep"), "{error}");
        }
    }
}
