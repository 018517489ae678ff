//! A command that a hint proposes: a program and its arguments, and how a shell reads them.

use std::collections::BTreeSet;
use std::fmt;

/// This program.
pub const PROVISIONER: &str = "provisioner";

/// The AWS CLI.
pub const AWS: &str = "aws";

/// A command for a shell: a program and its arguments.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command {
    program: String,
    arguments: Vec<Argument>,
    /// The options of the current run that are not added to it.
    without: BTreeSet<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Argument {
    Word(String),
    /// `NAME=` with the value of the shell's variable of that name: the value must not be printed.
    Variable(String),
}

impl Command {
    /// A command of a program.
    pub fn new<W: Into<String>>(program: impl Into<String>, arguments: impl IntoIterator<Item = W>) -> Self {
        let arguments = arguments.into_iter().map(|word| Argument::Word(word.into())).collect();
        Self { program: program.into(), arguments, without: BTreeSet::new() }
    }

    /// A command of this program.
    pub fn provisioner<W: Into<String>>(arguments: impl IntoIterator<Item = W>) -> Self {
        Self::new(PROVISIONER, arguments)
    }

    /// A command of the AWS CLI.
    pub fn aws<W: Into<String>>(arguments: impl IntoIterator<Item = W>) -> Self {
        Self::new(AWS, arguments)
    }

    /// The command of this program or of the AWS CLI that a shell reads in a text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = shlex::split(text)?.into_iter();
        let program = words.next().filter(|program| [PROVISIONER, AWS].contains(&program.as_str()))?;
        let arguments: Vec<_> = words.collect();
        (!arguments.is_empty()).then(|| Self::new(program, arguments))
    }

    /// Adds an argument.
    pub fn with(mut self, word: impl Into<String>) -> Self {
        self.arguments.push(Argument::Word(word.into()));
        self
    }

    /// Adds the argument `NAME=VALUE` with the value of the shell's variable of that name.
    pub fn with_variable(mut self, name: impl Into<String>) -> Self {
        self.arguments.push(Argument::Variable(name.into()));
        self
    }

    /// Keeps an option of the current run out of it. Without this, the caller adds each option that the command accepts.
    pub fn without(mut self, option: &'static str) -> Self {
        self.without.insert(option);
        self
    }

    /// Whether an option of the current run is kept out of it.
    pub fn is_without(&self, option: &str) -> bool {
        self.without.contains(option)
    }

    /// The program.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// The arguments, without quotes.
    pub fn arguments(&self) -> Vec<String> {
        self.arguments.iter().map(Argument::plain).collect()
    }

    /// The program and its arguments, without quotes; `None` if an argument is the value of a shell's variable, which only
    /// a shell can insert.
    pub(super) fn words(&self) -> Option<Vec<String>> {
        let needs_a_shell = self.arguments.iter().any(|argument| matches!(argument, Argument::Variable(_)));
        (!needs_a_shell).then(|| [vec![self.program.clone()], self.arguments()].concat())
    }

    pub(super) fn map(self, map: impl Fn(&str) -> String) -> Self {
        let arguments = self.arguments.into_iter().map(|argument| match argument {
            Argument::Word(word) => Argument::Word(map(&word)),
            Argument::Variable(name) => Argument::Variable(map(&name)),
        });
        Self { program: map(&self.program), arguments: arguments.collect(), without: self.without }
    }
}

impl Argument {
    fn plain(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Variable(name) => format!("{name}=${{{name}:?}}"),
        }
    }
}

/// A value as one word of a shell. In `NAME=VALUE`, only the value is in quotes.
pub fn shell_word(word: &str) -> String {
    let quoted = |text: &str| shlex::try_quote(text).map_or_else(|_nul| text.to_owned(), std::borrow::Cow::into_owned);
    let is_plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    match word.split_once('=') {
        Some((name, value)) if is_plain(name) && !value.is_empty() => format!("{name}={}", quoted(value)),
        Some((name, "")) if is_plain(name) => word.to_owned(),
        _ => quoted(word),
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", shell_word(&self.program))?;
        self.arguments.iter().try_for_each(|argument| match argument {
            Argument::Word(word) => write!(f, " {}", shell_word(word)),
            Argument::Variable(_) => write!(f, " \"{}\"", argument.plain()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_each_word_as_it_was() {
        for (word, written) in [
            ("ApiId=a1", "ApiId=a1"),
            ("Origins=*", "Origins='*'"),
            ("Name=it's", "Name=\"it's\""),
            ("Name=", "Name="),
            ("a b=c", "'a b=c'"),
            ("$default", "'$default'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), written);
            assert_eq!(shlex::split(written).unwrap(), [word]);
        }
        let secret = Command::provisioner(["status", "-P"]).with_variable("Token");
        assert_eq!(secret.to_string(), r#"provisioner status -P "Token=${Token:?}""#);
    }
}
