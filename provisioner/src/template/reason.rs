//! Why a part of a template is refused.

use std::fmt;

/// Why a part of a template is refused, as a text, and the kind of the fault, which decides the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    text: Box<str>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unsupported,
    Unknown,
    Missing,
    NotText,
    Other,
}

impl Reason {
    /// A name or a function that is not supported.
    pub(crate) fn unsupported(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: Kind::Unsupported }
    }

    /// A name in place of one of the supported names.
    pub(crate) fn unknown(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: Kind::Unknown }
    }

    /// A property that is missing.
    pub(super) fn missing(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: Kind::Missing }
    }

    /// A value that is not text, where text is required.
    pub(crate) fn not_text(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: Kind::NotText }
    }

    /// The same reason with its place before the text.
    pub(super) fn at(self, place: &str) -> Self {
        Self { text: format!("{place}: {}", self.text).into(), ..self }
    }

    /// Whether the value is not text, where text is required.
    pub(super) fn is_not_text(&self) -> bool {
        self.kind == Kind::NotText
    }

    /// The remedy.
    pub(super) fn remedy(&self) -> &'static str {
        match self.kind {
            Kind::Unknown => "remove it, or write a supported name; see `docs/template-support.md`",
            Kind::Unsupported => "remove it; see `docs/template-support.md`",
            Kind::Missing => "add it to the template",
            Kind::NotText | Kind::Other => "correct it in the template, then run `provisioner plan`",
        }
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text: text.into(), kind: Kind::Other }
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
