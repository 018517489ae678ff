//! Why a part of a template is refused.

use std::fmt;

/// Why a part of a template is refused, as a text, and the kind of the fault, which decides the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    text: Box<str>,
    kind: FaultKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FaultKind {
    Unsupported,
    Unknown,
    Missing,
    NotText,
    /// A fault with its own remedy.
    With(Box<str>),
    Other,
}

impl Reason {
    /// A name or a function that is not supported.
    pub(crate) fn unsupported(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: FaultKind::Unsupported }
    }

    /// A name in place of one of the supported names.
    pub(crate) fn unknown(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: FaultKind::Unknown }
    }

    /// A property that is missing.
    pub(super) fn missing(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: FaultKind::Missing }
    }

    /// A value that is not text, where text is required.
    pub(crate) fn not_text(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: FaultKind::NotText }
    }

    /// A fault with its own remedy.
    pub(crate) fn with_remedy(text: impl Into<Box<str>>, remedy: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), kind: FaultKind::With(remedy.into()) }
    }

    /// The same reason with this remedy.
    pub(super) fn with_hint(self, hint: impl Into<Box<str>>) -> Self {
        Self::with_remedy(self.text, hint)
    }

    /// A name that the template does not declare. The remedy proposes those that it declares.
    pub(super) fn undeclared<'n>(text: String, name: &str, declared: impl IntoIterator<Item = &'n String>) -> Self {
        let declared: Vec<&str> = declared.into_iter().map(String::as_str).collect();
        let add = format!("add `{name}` to the template");
        let remedy = match (similar_names("name", name, &declared), listed("name", &declared)) {
            (Some(similar), _) => format!("use {similar}"),
            (None, Some(all)) => format!("{add}, or use {all}"),
            (None, None) => add,
        };
        Self::with_remedy(text, format!("{remedy}, then run `provisioner plan`"))
    }

    /// The same reason with its place before the text.
    pub(super) fn at(self, place: &str) -> Self {
        Self { text: format!("{place}: {}", self.text).into(), ..self }
    }

    /// Whether the value is not text, where text is required.
    pub(super) fn is_not_text(&self) -> bool {
        self.kind == FaultKind::NotText
    }

    /// The remedy.
    pub(crate) fn remedy(&self) -> &str {
        match &self.kind {
            FaultKind::With(remedy) => remedy,
            FaultKind::Unknown => "remove it, or write a supported name; see `docs/template-support.md`",
            FaultKind::Unsupported => "remove it; see `docs/template-support.md`",
            FaultKind::Missing => "add it to the template",
            FaultKind::NotText | FaultKind::Other => "correct it in the template, then run `provisioner plan`",
        }
    }
}

/// How many names a remedy lists.
const MOST_NAMES: usize = 12;

/// What can be used in place of a wrong name: the similar names, or else all. Each is a `noun`. `None` if there are no
/// names.
pub(crate) fn instead(noun: &str, wrong: &str, names: &[&str]) -> Option<String> {
    similar_names(noun, wrong, names).or_else(|| listed(noun, names))
}

fn similar_names(noun: &str, wrong: &str, names: &[&str]) -> Option<String> {
    let close = similar::get_close_matches(wrong, names, 3, 0.7);
    let close: Vec<_> = close.iter().map(|name| format!("`{name}`")).collect();
    (!close.is_empty()).then(|| format!("the {noun} {}", close.join(" or ")))
}

fn listed(noun: &str, names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("the {noun} `{one}`")),
        _ if names.len() > MOST_NAMES => Some(format!("one of the {noun}s {}, …", names[..MOST_NAMES].join(", "))),
        _ => Some(format!("one of the {noun}s {}", names.join(", "))),
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text: text.into(), kind: FaultKind::Other }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_for_an_undeclared_name_proposes_declared_ones() {
        let remedy = |name: &str, declared: &[&str]| {
            let declared: Vec<_> = declared.iter().map(|name| (*name).to_owned()).collect();
            Reason::undeclared("there is no such name".to_owned(), name, &declared).remedy().to_owned()
        };
        assert_eq!(remedy("Rol", &["Role", "Table"]), "use the name `Role`, then run `provisioner plan`");
        let listed = "add `Key` to the template, or use one of the names Role, Table, then run `provisioner plan`";
        assert_eq!(remedy("Key", &["Role", "Table"]), listed);
        assert_eq!(remedy("Key", &[]), "add `Key` to the template, then run `provisioner plan`");
        let many: Vec<_> = (0..20).map(|number| format!("Table{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert!(remedy("Key", &many).contains(" Table10, Table11, …, then"), "{}", remedy("Key", &many));
    }
}
