//! Calls cdk-from-cfn: converts a repaired template to the source of a stack.

use std::borrow::Cow;

use cdk_from_cfn::CloudformationParseTree;
use cdk_from_cfn::cdk::Schema;
use cdk_from_cfn::ir::CloudformationProgramIr;
use cdk_from_cfn::synthesizer::{Python, Synthesizer, Typescript};
use serde_json::Value;

use super::Language;
use crate::error::{Error, Result};

/// The source of the class `class`, as cdk-from-cfn writes it.
///
/// # Errors
/// When cdk-from-cfn refuses the template; a repaired template should not contain anything that it refuses.
pub(super) fn source(tree: &Value, language: Language, class: &str) -> Result<String> {
    let synthesizer: &dyn Synthesizer = match language {
        Language::Typescript => &Typescript {},
        Language::Python => &Python {},
    };
    let failed = |cause: String| Error::new("converting the template with cdk-from-cfn", cause);
    // cdk-from-cfn reads YAML, and JSON is YAML; its types cannot be read from a JSON value.
    let tree: CloudformationParseTree =
        serde_yaml::from_str(&tree.to_string()).map_err(|error| failed(error.to_string()))?;
    let schema = Cow::Borrowed(Schema::builtin());
    let program = CloudformationProgramIr::from(tree, &schema).map_err(|error| failed(error.to_string()))?;
    let mut source = Vec::new();
    program.synthesize(synthesizer, &mut source, class).map_err(|error| failed(error.to_string()))?;
    let source = String::from_utf8(source).map_err(|error| failed(error.to_string()))?;
    // Its output has trailing whitespace and empty lines at the end of the file.
    let lines: Vec<_> = source.trim_end().lines().map(str::trim_end).collect();
    Ok(lines.join("\n") + "\n")
}
