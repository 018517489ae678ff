//! YAML or JSON text to one JSON value, with CloudFormation's short tags in their long form.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::node::{Content, Node, Unread};
use super::source::Source;
use super::{compose, json as json_text, plain};
use crate::error::{Error, Result};

/// Something about a template that its author should know, though it is no error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// What is so, with its place.
    pub text: String,
    /// What to write instead.
    pub hint: String,
}

/// What a text says, and what is worth a remark about how it says it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub value: Value,
    pub remarks: Vec<Remark>,
}

/// Reads a template, or a file that it includes.
///
/// # Errors
/// When the text is neither YAML nor JSON, uses a tag that is no intrinsic function, or holds a null; with the line.
pub(super) fn template(source: &Source) -> Result<Said> {
    read(source, Reader { nulls: false, ..Reader::of(source) })
}

/// Reads any YAML or JSON.
///
/// # Errors
/// As [`template`], but for nulls.
pub(super) fn any(source: &Source) -> Result<Said> {
    read(source, Reader::of(source))
}

/// Reads a template that CloudFormation has taken, as it has read it.
///
/// # Errors
/// As [`any`].
pub(super) fn of_cloudformation(source: &Source) -> Result<Value> {
    read(source, Reader { version_1_1: true, ..Reader::of(source) }).map(|said| said.value)
}

/// The text as nodes: JSON where it is JSON, YAML otherwise.
///
/// # Errors
/// When it is neither.
pub(super) fn nodes(text: &str) -> std::result::Result<Node, Unread> {
    if !json_text::may_be(text) {
        return compose::read(text);
    }
    json_text::read(text).or_else(|unread| {
        // `{A: 1}` is YAML, and so is JSON with comments. A duplicate key or half a character is an error in both.
        let of_json = text.trim_start()[1..].trim_start().starts_with(['"', '}', ']', '[', '{']);
        let in_json = !unread.cause.starts_with(json_text::NOT_JSON);
        match in_json {
            true => Err(unread),
            false => compose::read(text).map_err(|of_yaml| if of_json { unread } else { of_yaml }),
        }
    })
}

fn read(source: &Source, mut reader: Reader<'_>) -> Result<Said> {
    let failed = |Unread { line, cause }: Unread| {
        let place = line.map(|line| format!(":{line}")).unwrap_or_default();
        Error::new(format!("reading {} {}{place}", source.what(), source.path().display()), cause)
    };
    let value = nodes(source.text()).and_then(|node| reader.value(node)).map_err(failed)?;
    Ok(Said { value, remarks: reader.remarks.into_iter().map(|(_, remark)| remark).collect() })
}

/// Makes values of nodes, and notes what other readers of YAML take for something else.
struct Reader<'s> {
    source: &'s Source,
    /// Whether a null is a value.
    nulls: bool,
    /// Whether plain scalars are what they are in YAML 1.1.
    version_1_1: bool,
    /// Keys from the root to the value that is read.
    path: Vec<String>,
    /// By line. An alias repeats a line.
    remarks: BTreeSet<(usize, Remark)>,
}

impl<'s> Reader<'s> {
    fn of(source: &'s Source) -> Self {
        Self { source, nulls: true, version_1_1: false, path: Vec::new(), remarks: BTreeSet::new() }
    }

    fn value(&mut self, node: Node) -> std::result::Result<Value, Unread> {
        let line = node.line;
        let value = match node.content {
            Content::Scalar(value) => value,
            Content::Plain(text) => self.plain(line, &text)?,
            Content::List(items) => {
                let items = items.into_iter().enumerate();
                items.map(|(index, item)| self.below(index.to_string(), item)).collect::<std::result::Result<_, _>>()?
            }
            Content::Map(entries) => {
                let mut object = Map::new();
                for entry in entries {
                    if entry.plain
                        && let Some(there) = plain::elsewhere_as_key(&entry.key)
                    {
                        self.remark(entry.line, "key", &entry.key, &there);
                    }
                    let value = self.below(entry.key.clone(), entry.value)?;
                    object.insert(entry.key, value);
                }
                Value::Object(object)
            }
            Content::Tagged(tag, value) => {
                let argument = self.value(*value)?;
                expand_tag(&tag, argument).map_err(|cause| Unread::at(line, cause))?
            }
        };
        if value.is_null() && !self.nulls {
            let path = self.path.join(".");
            let shown = if path.is_empty() { String::new() } else { format!("{path}: ") };
            return Err(Unread::at(
                line,
                format!(
                    "{shown}it has no value (null), which no template may hold; leave the key out, or give it a value"
                ),
            ));
        }
        Ok(value)
    }

    fn below(&mut self, key: String, node: Node) -> std::result::Result<Value, Unread> {
        self.path.push(key);
        let value = self.value(node);
        self.path.pop();
        value
    }

    fn plain(&mut self, line: usize, text: &str) -> std::result::Result<Value, Unread> {
        let value = plain::here(text).map_err(|cause| Unread::at(line, cause))?;
        match plain::elsewhere(text) {
            Some(there) if self.version_1_1 => Ok(there),
            Some(there) => {
                self.remark(line, "value", text, &there);
                Ok(value)
            }
            None => Ok(value),
        }
    }

    fn remark(&mut self, line: usize, what: &str, text: &str, there: &Value) {
        let place = format!("{}:{line}", self.source.path().display());
        let remark = Remark {
            text: format!(
                "{place}: without quotes, the {what} `{text}` is `{there}` to CloudFormation, which reads YAML 1.1"
            ),
            hint: format!("write `'{text}'` if it is text, and `{there}` if it is not"),
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
        other => return Err(format!("`!{other}` is no CloudFormation function")),
    };
    Ok(json!({ name: argument }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn said(text: &str) -> Result<Said> {
        any(&Source::in_memory(Path::new("t.yaml"), text))
    }

    fn parsed(text: &str) -> Result<Value> {
        said(text).map(|said| said.value)
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
    fn dates_and_yes_stay_text() {
        assert_eq!(
            parsed("V: 2012-10-17\nY: yes\nO: 010").unwrap(),
            json!({"V": "2012-10-17", "Y": "yes", "O": "010"})
        );
    }

    #[test]
    fn what_cloudformation_reads_otherwise_is_told_with_its_line_and_how_to_write_it() {
        let said =
            said("A: on\n'no':\n  no: [12:30, '1_000', 2012-10-17]\nB: !Sub yes\nC: &c {D: 010}\nE: *c").unwrap();
        let told: Vec<_> = said.remarks.iter().map(|one| format!("{} / {}", one.text, one.hint)).collect();
        assert_eq!(
            told,
            [
                "t.yaml:1: without quotes, the value `on` is `true` to CloudFormation, which reads YAML 1.1 \
                 / write `'on'` if it is text, and `true` if it is not",
                "t.yaml:3: without quotes, the key `no` is `false` to CloudFormation, which reads YAML 1.1 \
                 / write `'no'` if it is text, and `false` if it is not",
                "t.yaml:3: without quotes, the value `12:30` is `750` to CloudFormation, which reads YAML 1.1 \
                 / write `'12:30'` if it is text, and `750` if it is not",
                "t.yaml:5: without quotes, the value `010` is `8` to CloudFormation, which reads YAML 1.1 \
                 / write `'010'` if it is text, and `8` if it is not",
            ]
        );
    }

    #[test]
    fn a_template_that_cloudformation_has_taken_means_what_it_has_read() {
        let source = Source::in_memory(Path::new("t.yaml"), "A: [on, 'on', 012, 2012-10-17]");
        assert_eq!(of_cloudformation(&source).unwrap(), json!({"A": [true, "on", 10, "2012-10-17"]}));
    }

    #[test]
    fn merge_keys_are_merged_as_the_aws_cli_does() {
        let bases = "One: &one {A: 1, B: 1}\nTwo: &two {B: 2, C: 2}\n";
        for (map, merged) in [
            ("{<<: *one, C: 3}", json!({"A": 1, "B": 1, "C": 3})),
            ("{B: 3, <<: *one}", json!({"A": 1, "B": 3})),
            ("{<<: [*one, *two]}", json!({"A": 1, "B": 1, "C": 2})),
            ("{<<: [*two, *one], A: 4}", json!({"A": 4, "B": 2, "C": 2})),
            ("{<<: {D: 5}}", json!({"D": 5})),
            ("{'<<': *one}", json!({"<<": {"A": 1, "B": 1}})),
        ] {
            assert_eq!(parsed(&format!("{bases}X: {map}")).unwrap()["X"], merged, "{map}");
        }
        let error = parsed("A:\n  <<: 5").unwrap_err().to_string();
        assert!(error.contains("t.yaml:2: `<<` takes a map or a list of maps"), "{error}");
    }

    #[test]
    fn what_yaml_must_not_hold_is_refused_with_its_line_and_a_reason() {
        for (text, reason) in [
            ("A: 1\nA: 2", "t.yaml:2: the key `A` stands here for the second time in one map"),
            ("{\"A\": 1,\n\"A\": 2}", "t.yaml:2: the key `A` stands here for the second time in one map"),
            ("B: 1\nA: !Reff X", "t.yaml:2: `!Reff` is no CloudFormation function"),
            ("A: !GetAtt Role", "t.yaml:1: `!GetAtt Role` must be written `!GetAtt LogicalId.Attribute`"),
            ("A:\n  ]", "t.yaml:2: it is not valid YAML: "),
            ("{\"A\": 1\n\"B\": 2}", "t.yaml:2: it is not valid JSON: expected `,` or `}`, at column 1"),
            ("? [a]\n: 1", "t.yaml:1: a key must be text"),
            ("A: 1\n---\nB: 2", "t.yaml:2: a second document begins here"),
            ("A:\n  B: .inf", "t.yaml:2: `.inf` is not a number that JSON can hold"),
            ("A: !!binary aGk=", "t.yaml:1: the YAML tag `!!binary` is not supported here"),
            ("A: &a [*a]", "t.yaml:1: the alias stands inside what it is an alias of"),
            ("A: *a", "t.yaml:1: it is not valid YAML: "),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?} gave: {error}");
        }
    }

    #[test]
    fn a_null_is_no_value_in_a_template() {
        let null = |text: &str| template(&Source::in_memory(Path::new("t.yaml"), text)).unwrap_err().to_string();
        let error = null("Resources:\n  S:\n    Properties:\n      Settings:\n        Limit:\n");
        assert!(
            error.starts_with("reading template t.yaml:5: Resources.S.Properties.Settings.Limit: it has no value"),
            "{error}"
        );
        assert!(null("{\"A\": [1, null]}").contains("t.yaml:1: A.1: it has no value"));
        assert!(null("# nothing\n").contains("t.yaml:1: it has no value"));
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
