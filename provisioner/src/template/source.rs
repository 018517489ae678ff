//! A template's text, kept so that an error can name its line.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::node::Node;
use super::{encoding, yaml};
use crate::error::{Error, Result};

/// The name of a template in messages.
const TEMPLATE: &str = "template";

/// The name of a file of parameters in messages.
pub(super) const PARAMETERS: &str = "parameters from";

/// A file and its text.
#[derive(Debug, Clone)]
pub struct Source {
    what: &'static str,
    path: PathBuf,
    text: String,
    // Parsed when the first place is needed. `None` if the text cannot be parsed.
    places: OnceLock<Option<Node>>,
}

impl Source {
    /// Reads a template, or a file that it includes.
    ///
    /// # Errors
    /// When it is missing, or is not UTF-8 text.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_as(TEMPLATE, path)
    }

    /// Reads a file that messages call `what`.
    pub(super) fn read_as(what: &'static str, path: &Path) -> Result<Self> {
        let doing = || format!("reading {what} {}", path.display());
        let bytes = fs::read(path).map_err(|error| match what {
            TEMPLATE => Error::new(doing(), error).hint("name the template with `--template FILE`"),
            PARAMETERS => Error::new(doing(), error).hint("name the file of parameters with `--parameters FILE`"),
            _ => Error::new(doing(), error),
        })?;
        let text = encoding::text(bytes).map_err(|cause| Error::new(doing(), cause).hint(encoding::SAVE_AS_UTF_8))?;
        Ok(Self { what, path: path.to_owned(), text, places: OnceLock::new() })
    }

    /// A source without a file, for tests and for templates made in memory.
    pub fn in_memory(path: &Path, text: &str) -> Self {
        Self { what: TEMPLATE, path: path.to_owned(), text: text.to_owned(), places: OnceLock::new() }
    }

    /// Its name in messages.
    pub(super) fn what(&self) -> &'static str {
        self.what
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a key path such as `Resources`, `Role`, `Properties`: `file:line` of the deepest key that exists,
    /// or else the file. A number counts list items.
    ///
    /// The first call parses the text again: places are only for messages, so values do not carry them.
    pub fn place(&self, keys: &[&str]) -> String {
        let root = self.places.get_or_init(|| yaml::nodes(self).ok());
        match root.as_ref().and_then(|root| root.line_of(keys)) {
            Some(line) => format!("{}:{line}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Parameters:
  Role:
    Type: String
Resources:
  # Role: not this one
  Other:
    Type: X
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: a
";

    #[test]
    fn the_line_of_a_key_depends_on_its_parents() {
        let source = Source::in_memory(Path::new("t.yaml"), TEXT);
        assert_eq!(source.place(&["Resources", "Role"]), "t.yaml:8");
        assert_eq!(source.place(&["Resources", "Role", "Properties", "RoleName"]), "t.yaml:11");
    }

    #[test]
    fn a_missing_key_has_the_line_of_its_deepest_parent() {
        let source = Source::in_memory(Path::new("t.yaml"), TEXT);
        assert_eq!(source.place(&["Resources", "Other", "Properties"]), "t.yaml:6");
        assert_eq!(source.place(&["Outputs"]), "t.yaml");
    }

    #[test]
    fn a_key_is_found_by_its_text_and_by_its_value() {
        let source = Source::in_memory(Path::new("t.yaml"), "Mappings:\n  M:\n    a: b\n    012: {x: y}\n");
        assert_eq!(source.place(&["Mappings", "M", "10", "x"]), "t.yaml:4");
        assert_eq!(source.place(&["Mappings", "M", "012", "x"]), "t.yaml:4");
    }

    #[test]
    fn json_keys_have_lines() {
        let source = Source::in_memory(Path::new("t.json"), "{\n  \"Resources\": {\n    \"A\": {}\n  }\n}\n");
        assert_eq!(source.place(&["Resources", "A"]), "t.json:3");
    }

    #[test]
    fn a_property_named_like_a_resource_is_not_that_resource() {
        let text = "Resources:\n  Function:\n    Properties:\n      Role: x\n  Role:\n    Type: T\n";
        let source = Source::in_memory(Path::new("t.yaml"), text);
        assert_eq!(source.place(&["Resources", "Role", "Type"]), "t.yaml:6");
    }

    #[test]
    fn keys_in_braces_and_functions_have_lines() {
        let text = "Resources:\n  F: {Type: T, Properties: {\n    A: !If [C,\n      !Sub\n        x,\n      y]}}\n";
        let source = Source::in_memory(Path::new("t.yaml"), text);
        for (keys, line) in [
            (&["Resources", "F", "Type"][..], 2),
            (&["Resources", "F", "Properties", "A"], 3),
            (&["Resources", "F", "Properties", "A", "Fn::If", "2"], 6),
            (&["Resources", "F", "Properties", "A", "Fn::If", "1", "Fn::Sub"], 4),
        ] {
            assert_eq!(source.place(keys), format!("t.yaml:{line}"), "{keys:?}");
        }
        let json = "{\"Resources\": {\"A\": {},\n\"B\": {\"Properties\": {\"L\": [1,\n2]}}}}";
        let source = Source::in_memory(Path::new("t.json"), json);
        assert_eq!(source.place(&["Resources", "B", "Properties", "L", "1"]), "t.json:3");
    }

    #[test]
    fn list_items_are_counted() {
        for text in ["A:\n  - X: 1\n    Y: 2\n  - X: 1\n    Y: 2\n", "A:\n- X: 1\n  Y: 2\n- X: 1\n  Y: 2\n"] {
            let source = Source::in_memory(Path::new("t.yaml"), text);
            assert_eq!(source.place(&["A", "1"]), "t.yaml:4");
            assert_eq!(source.place(&["A", "1", "X"]), "t.yaml:4");
            assert_eq!(source.place(&["A", "1", "Y"]), "t.yaml:5");
            assert_eq!(source.place(&["A", "7", "Y"]), "t.yaml:1");
        }
    }
}
