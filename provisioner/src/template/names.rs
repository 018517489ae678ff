//! The names that a template defines for parameters, resources and outputs.

use serde_json::{Map, Value};

use super::source::Source;
use crate::error::{Error, Result};

/// The most characters that CloudFormation accepts in a logical id.
const MOST: usize = 255;

/// Refuses a name that CloudFormation refuses: a name consists of ASCII letters and digits.
pub(super) fn check(source: &Source, sections: &Map<String, Value>) -> Result<()> {
    for section in ["Parameters", "Resources", "Outputs"] {
        let names = sections.get(section).and_then(Value::as_object).into_iter().flat_map(Map::keys);
        for name in names {
            if name.starts_with("Fn::") {
                let doing = format!("reading template {}", source.place(&[section, name]));
                let cause = format!(
                    "{section}.{name}: it needs the transform `AWS::LanguageExtensions`, which only CloudFormation runs"
                );
                return Err(Error::new(doing, cause).hint("write the generated entries into the template"));
            }
            let fits = !name.is_empty() && name.len() <= MOST && name.chars().all(|one| one.is_ascii_alphanumeric());
            if !fits {
                let doing = format!("reading template {}", source.place(&[section, name]));
                let cause = format!("{section}.{name}: a name holds ASCII letters and digits only, at most {MOST}");
                return Err(Error::new(doing, cause).hint("rename it and every reference to it"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::sections::Template;
    use super::*;

    fn load(text: &str) -> Result<Template> {
        Template::from_source(Source::in_memory(Path::new("t.yaml"), text))
    }

    #[test]
    fn a_name_with_other_characters_is_refused_with_its_line() {
        for name in ["my-queue", "my_queue", "Warteschlänge", "a b", &"a".repeat(256)] {
            let error =
                load(&format!("Resources:\n  Good: {{Type: T}}\n  {name}: {{Type: T}}\n")).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("reading template t.yaml:3: Resources.{name}: a name holds")),
                "{error}"
            );
        }
        let parameter = load("Parameters:\n  a-b: {Type: String}\nResources: {A: {Type: T}}\n").unwrap_err();
        assert!(parameter.to_string().contains("t.yaml:2: Parameters.a-b"), "{parameter}");
        let output = load("Resources: {A: {Type: T}}\nOutputs:\n  a.b: {Value: x}\n").unwrap_err();
        assert!(output.to_string().contains("t.yaml:3: Outputs.a.b"), "{output}");
    }

    #[test]
    fn letters_and_digits_are_accepted_in_any_order() {
        for name in ["Queue", "queue2", "A1b2", &"a".repeat(255)] {
            assert!(load(&format!("Resources:\n  {name}: {{Type: T}}\n")).is_ok(), "{name}");
        }
    }
}
