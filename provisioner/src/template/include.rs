//! `Fn::Transform: AWS::Include`: the template includes policies from separate files.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::remark::Remark;
use super::source::Source;
use super::yaml::{self, Document};
use crate::error::{Error, Result};

/// Replaces every `Fn::Transform: {Name: AWS::Include, Parameters: {Location: FILE}}` by the file's content.
///
/// A location is relative to the file that contains the transform, as in `aws cloudformation package`. Keys next to the
/// transform are kept, as CloudFormation keeps them.
///
/// # Errors
/// When a file is missing, is not an object (CloudFormation accepts nothing else), or includes itself, and for any
/// other transform.
pub(super) fn expand(document: Document, file: &Path) -> Result<Document> {
    let mut includes = Includes { open: vec![file.to_owned()], remarks: document.remarks };
    let value = includes.expand(document.value)?;
    Ok(Document { value, remarks: includes.remarks })
}

struct Includes {
    open: Vec<PathBuf>,
    /// The remarks on the template and on every included file.
    remarks: Vec<Remark>,
}

impl Includes {
    fn expand(&mut self, value: Value) -> Result<Value> {
        match value {
            Value::Array(items) => {
                Ok(Value::Array(items.into_iter().map(|item| self.expand(item)).collect::<Result<_>>()?))
            }
            Value::Object(object) => self.expand_object(object),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(value),
        }
    }

    fn expand_object(&mut self, object: Map<String, Value>) -> Result<Value> {
        let mut expanded = Map::new();
        for (key, value) in object {
            if key == "Fn::Transform" {
                expanded.extend(self.read(&value)?);
            } else {
                expanded.insert(key, self.expand(value)?);
            }
        }
        Ok(Value::Object(expanded))
    }

    fn read(&mut self, transform: &Value) -> Result<Map<String, Value>> {
        let here = self.open.last().cloned().unwrap_or_default();
        let refused = |what: &str, cause: &str, hint: &str| {
            Err(Error::new(format!("including {what} into {}", here.display()), cause).hint(hint))
        };
        let name = transform["Name"].as_str().unwrap_or_default();
        if name != "AWS::Include" {
            let cause = format!("the transform `{name}` is not supported");
            return refused("a transform", &cause, "use `AWS::Include`, the only supported transform");
        }
        let Some(location) = transform["Parameters"]["Location"].as_str() else {
            let hint = "write the path of the file, relative to the file that includes it";
            return refused("a file", "`Parameters: {Location: FILE}` is missing or is not text", hint);
        };
        if location.starts_with("s3://") {
            return refused(location, "only local files can be included", "download the file, and write its path");
        }
        let file = here.parent().unwrap_or(Path::new("")).join(location);
        if !file.is_file() {
            let hint = "create the file, or correct `Location`: it is relative to the file that includes it";
            return refused(location, &format!("there is no file {}", file.display()), hint);
        }
        // One file has many paths: `a.json` and `sub/../a.json`.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.open.iter().any(|open| real(open) == real(&file)) {
            return refused(location, "the file includes itself", "remove one of the includes");
        }
        let document = yaml::template(&Source::read_as("included file", &file)?)?;
        self.remarks.extend(document.remarks);
        self.open.push(file);
        let content = self.expand(document.value);
        self.open.pop();
        if let Value::Object(content) = content? {
            return Ok(content);
        }
        let cause = "an included file must contain one object: CloudFormation accepts nothing else";
        let hint = "write a list as the value of a key in the included file, or write it in the template";
        refused(location, cause, hint)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    fn expand(value: Value, file: &Path) -> Result<Value> {
        super::expand(Document { value, remarks: Vec::new() }, file).map(|document| document.value)
    }

    fn include(location: &str) -> Value {
        json!({"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": location}}})
    }

    #[test]
    fn the_content_of_a_file_replaces_the_transform_and_keeps_other_keys() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("p.json"), r#"{"Version": "2012-10-17"}"#).unwrap();
        let mut value = include("p.json");
        value["Id"] = json!("kept");
        let expanded = expand(json!({ "P": value }), &folder.path().join("t.yaml")).unwrap();
        assert_eq!(expanded, json!({"P": {"Version": "2012-10-17", "Id": "kept"}}));
    }

    #[test]
    fn an_include_is_relative_to_its_own_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/a.json"), include("b.json").to_string()).unwrap();
        fs::write(folder.path().join("sub/b.json"), r#"{"b": 1}"#).unwrap();
        let expanded = expand(include("sub/a.json"), &folder.path().join("t.yaml")).unwrap();
        assert_eq!(expanded, json!({"b": 1}));
    }

    #[test]
    fn an_invalid_include_is_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("list.json"), "[1]").unwrap();
        fs::write(folder.path().join("loop.json"), include("loop.json").to_string()).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("detour.json"), include("sub/../detour.json").to_string()).unwrap();
        for (value, reason) in [
            (include("missing.json"), "there is no file"),
            (include("list.json"), "must contain one object"),
            (include("loop.json"), "includes itself"),
            (include("sub/../detour.json"), "includes itself"),
            (include("s3://bucket/key"), "only local files can be included"),
            (json!({"Fn::Transform": {"Name": "AWS::Serverless"}}), "`AWS::Serverless` is not supported"),
        ] {
            let error = expand(value.clone(), &folder.path().join("t.yaml")).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("hint: "), "{value} gave: {error}");
        }
    }
}
