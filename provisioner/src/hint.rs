//! Hints: the next actions, as a text in which commands are values.
//!
//! A hint is completed once, where the program knows its arguments ([`Hint::complete`]), and then printed or serialised.

mod command;

use std::fmt;

pub use command::{AWS, Command, PROVISIONER, shell_word};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// The next actions: imperatives, with the commands to run.
///
/// It prints as one line. As JSON it has two fields: `hint`, the same line, and `command`, the words of its first
/// command, if it has one.
#[must_use]
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hint {
    parts: Vec<Part>,
    again: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Text(String),
    Command(Command),
}

/// The words of a hint that say to run the command of this run again.
const AGAIN: &str = "run the same command again";

/// The words before the next imperative.
const THEN: &str = ", then ";

impl Hint {
    /// An imperative without a command.
    pub fn new(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Text(text.into())], again: false }
    }

    /// To run the command of this run again.
    pub fn again() -> Self {
        Self { parts: Vec::new(), again: true }
    }

    /// Adds the command for the last text.
    pub fn run(self, command: Command) -> Self {
        self.text(": ").part(Part::Command(command))
    }

    /// Adds a command as the last word of the text.
    pub fn with(self, command: Command) -> Self {
        self.text(" ").part(Part::Command(command))
    }

    /// Adds an alternative.
    pub fn or(self, other: impl Into<Self>) -> Self {
        self.joined("; or ", other.into())
    }

    /// Puts this text before another hint.
    pub fn before(self, other: impl Into<Self>) -> Self {
        self.joined(" ", other.into())
    }

    /// Adds another imperative, which does not depend on the previous one.
    pub fn also(self, other: impl Into<Self>) -> Self {
        self.joined("; ", other.into())
    }

    /// Adds the next imperative.
    pub fn then(self, other: impl Into<Self>) -> Self {
        self.joined(THEN, other.into())
    }

    /// Adds, at the end, to run the command of this run again.
    pub fn then_again(mut self) -> Self {
        self.again = true;
        self
    }

    /// The hint without its last imperative where that is to run the same command again; `None` if it has no other.
    pub fn without_again(&self) -> Option<Self> {
        let rest = Self { parts: self.parts.clone(), again: false };
        (!rest.parts.is_empty()).then_some(rest)
    }

    /// Its first command.
    pub fn command(&self) -> Option<&Command> {
        self.parts.iter().find_map(|part| match part {
            Part::Command(command) => Some(command),
            Part::Text(_) => None,
        })
    }

    /// The hint with each of its commands replaced: the caller adds what selects the stack of this run, and its options.
    pub fn complete(self, complete: impl Fn(Command) -> Command) -> Self {
        let parts = self.parts.into_iter().map(|part| match part {
            Part::Text(text) => Part::Text(text),
            Part::Command(command) => Part::Command(complete(command)),
        });
        Self { parts: parts.collect(), again: self.again }
    }

    /// The hint with each of its texts and words replaced, such as by a printable form.
    pub(crate) fn map(self, map: impl Fn(&str) -> String) -> Self {
        let parts = self.parts.into_iter().map(|part| match part {
            Part::Text(text) => Part::Text(map(&text)),
            Part::Command(command) => Part::Command(command.map(&map)),
        });
        Self { parts: parts.collect(), again: self.again }
    }

    fn joined(self, by: &str, other: Self) -> Self {
        let nothing = Self::default();
        match (self, other) {
            (one, other) if other == nothing => one,
            (one, other) if one == nothing => other,
            (one, other) if other == Self::again() && by == THEN => one.then_again(),
            // To run the command again is the last imperative of the first hint, and not of the whole.
            (one, other) => {
                let first = if one.again { one.again_as_text() } else { one };
                let other = if other == Self::again() { other.again_as_text() } else { other };
                let again = other.again;
                let joined = other.parts.into_iter().fold(first.text(by), Self::part);
                Self { again, ..joined }
            }
        }
    }

    /// The hint with its last imperative, to run the command again, as text.
    fn again_as_text(self) -> Self {
        let gap = if self.parts.is_empty() { "" } else { THEN };
        Self { again: false, ..self }.text(&format!("{gap}{AGAIN}"))
    }

    fn text(self, text: &str) -> Self {
        self.part(Part::Text(text.to_owned()))
    }

    fn part(mut self, part: Part) -> Self {
        match (self.parts.last_mut(), part) {
            (Some(Part::Text(last)), Part::Text(text)) => last.push_str(&text),
            (_, part) => self.parts.push(part),
        }
        self
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => write!(f, "{text}"),
            Part::Command(command) => write!(f, "`{command}`"),
        })?;
        match (self.again, self.parts.is_empty()) {
            (false, _) => Ok(()),
            (true, true) => write!(f, "{AGAIN}"),
            (true, false) => write!(f, "{THEN}{AGAIN}"),
        }
    }
}

/// A text in which commands of this program and of the AWS CLI are in backticks, as a shell reads them.
impl From<&str> for Hint {
    fn from(text: &str) -> Self {
        let (text, again) = match [", then run the same command", ", then run the same command again"]
            .iter()
            .find_map(|end| text.strip_suffix(end))
        {
            _ if text == AGAIN => return Self::again(),
            Some(before) => (before, true),
            None => (text, false),
        };
        let mut hint = Self::default();
        for (index, part) in text.split('`').enumerate() {
            let command = if index % 2 == 1 { Command::read(part) } else { None };
            hint = match command {
                Some(command) => hint.part(Part::Command(command)),
                None if index % 2 == 1 => hint.text("`").text(part).text("`"),
                None if part.is_empty() => hint,
                None => hint.text(part),
            };
        }
        // A text with a single backtick has no command after it.
        if text.split('`').count() % 2 == 0 {
            return Self { again, ..Self::new(text) };
        }
        Self { again, ..hint }
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Hint {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&Self> for Hint {
    fn from(hint: &Self) -> Self {
        hint.clone()
    }
}

/// The JSON form of a hint, as fields of the value that has it.
#[derive(Serialize, JsonSchema)]
struct Rendered {
    /// The next action, with complete commands.
    hint: String,
    /// The words of the command in it; the first one, where it has several. Absent if it needs the value of a secret,
    /// which only a shell can insert.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Vec<String>>,
}

impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let command = self.command().and_then(Command::words);
        Rendered { hint: self.to_string(), command }.serialize(serializer)
    }
}

impl JsonSchema for Hint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Rendered::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Rendered::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
impl Hint {
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.to_string().contains(text)
    }

    pub(crate) fn starts_with(&self, text: &str) -> bool {
        self.to_string().starts_with(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_hint_prints_its_imperatives_and_commands_in_one_line() {
        let hint = Hint::new("take ownership of it").run(Command::provisioner(["deploy", "--adopt"]));
        assert_eq!(
            hint.clone().or("use another name").then_again().to_string(),
            "take ownership of it: `provisioner deploy --adopt`; or use another name, then run the same command again"
        );
        assert_eq!(hint.without_again(), Some(hint.clone()));
        assert_eq!(hint.clone().then_again().without_again(), Some(hint));
        assert_eq!(Hint::again().to_string(), "run the same command again");
        assert_eq!(Hint::again().without_again(), None);
        assert_eq!(Hint::new("wait").then(Hint::again()), Hint::new("wait").then_again());
        assert_eq!(Hint::new("wait").or(Hint::again()).to_string(), "wait; or run the same command again");
        assert_eq!(
            Hint::new("wait").then_again().or("use another name").to_string(),
            "wait, then run the same command again; or use another name"
        );
        assert_eq!(
            Hint::again().also(Hint::new("wait").then_again()).to_string(),
            "run the same command again; wait, then run the same command again"
        );
        assert_eq!(Hint::default().or("wait"), Hint::new("wait"));
        assert_eq!(Hint::new("wait").also(Hint::default()), Hint::new("wait"));
    }

    #[test]
    fn the_json_form_has_the_text_and_the_words_of_the_command() {
        let hint = Hint::new("delete it").run(Command::aws(["logs", "delete-log-group", "--log-group-name", "it's"]));
        let words = ["aws", "logs", "delete-log-group", "--log-group-name", "it's"];
        let text = r#"delete it: `aws logs delete-log-group --log-group-name "it's"`"#;
        assert_eq!(serde_json::to_value(&hint).unwrap(), json!({"hint": text, "command": words}));
        assert_eq!(serde_json::to_value(Hint::new("wait")).unwrap(), json!({"hint": "wait"}));
        let secret = Hint::new("look").run(Command::provisioner(["status", "-P"]).with_variable("Token"));
        let text = r#"look: `provisioner status -P "Token=${Token:?}"`"#;
        assert_eq!(serde_json::to_value(secret).unwrap(), json!({"hint": text}), "a program has no shell");
    }

    #[test]
    fn a_text_with_commands_in_backticks_is_a_hint_with_commands() {
        let text = "build it with `make build`, or run `provisioner plan --out FILE`, then run the same command again";
        let hint = Hint::from(text);
        assert_eq!(hint.to_string(), text);
        assert_eq!(hint.command(), Some(&Command::provisioner(["plan", "--out", "FILE"])));
        let added = hint.complete(|command| command.with("--stack").with("a b"));
        assert!(added.to_string().contains("`provisioner plan --out FILE --stack 'a b'`, then run"), "{added}");
        assert_eq!(Hint::from("run the same command again"), Hint::again());
        for text in ["a ` alone and `provisioner plan`", "`provisioner`", "`aws 'open`", "no command"] {
            assert_eq!(Hint::from(text).to_string(), text);
            assert_eq!(Hint::from(text).command(), None);
        }
    }
}
