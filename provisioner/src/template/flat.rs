//! Adjusts a template's local paths when the template is written into another directory.

use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};

/// Changes the local paths of a flat template, which are relative to the directory `from`, to be relative to `to`.
///
/// These are the paths in the `Code` of functions: the includes are already replaced by their content.
///
/// # Errors
/// When the absolute path of a directory cannot be determined.
pub fn relocate(template: &mut Value, from: &Path, to: &Path) -> Result<()> {
    let path = relative_path(&absolute(to)?, &absolute(from)?);
    let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut) else { return Ok(()) };
    for resource in resources.values_mut().filter(|resource| resource["Type"] == "AWS::Lambda::Function") {
        if let Some(Value::String(code)) = resource.pointer_mut("/Properties/Code")
            && Path::new(code.as_str()).is_relative()
        {
            *code = normalized(&path.join(code.as_str())).display().to_string();
        }
    }
    Ok(())
}

/// The absolute path of a directory that need not exist yet. Links are resolved for the part that exists.
fn absolute(directory: &Path) -> Result<PathBuf> {
    let doing = |error| Error::new(format!("finding the directory {}", directory.display()), error);
    let whole = normalized(&std::path::absolute(directory).map_err(doing)?);
    let mut existing = whole.as_path();
    while !existing.exists() {
        existing = existing.parent().unwrap_or(Path::new("/"));
    }
    let rest = whole.strip_prefix(existing).unwrap_or(Path::new(""));
    Ok(existing.canonicalize().map_err(doing)?.join(rest))
}

/// The relative path from one absolute directory to another.
fn relative_path(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

/// The path without `.` and without `FOLDER/..`. A file is opened by its path as it is, because FOLDER may be a symbolic
/// link.
#[must_use]
pub fn normalized(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for component in path.components() {
        let is_after_a_folder = matches!(short.components().next_back(), Some(Component::Normal(_)));
        if component == Component::ParentDir && is_after_a_folder {
            short.pop();
        } else if component != Component::CurDir {
            short.push(component);
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn relocated(code: &str, to: &str) -> Value {
        let folder = tempfile::tempdir().unwrap();
        let function = json!({"Type": "AWS::Lambda::Function", "Properties": {"Code": code}});
        let mut template = json!({"Resources": {"F": function, "Other": {"Type": "X", "Properties": {"Code": code}}}});
        relocate(&mut template, &folder.path().join("templates"), &folder.path().join(to)).unwrap();
        assert_eq!(template["Resources"]["Other"]["Properties"]["Code"], code, "only a function's code is a file");
        template["Resources"]["F"]["Properties"]["Code"].clone()
    }

    #[test]
    fn a_code_path_is_relative_to_the_new_directory() {
        for (to, path) in [
            ("templates", "../target/f.zip"),
            ("templates/dist", "../../target/f.zip"),
            ("templates/cdk/python", "../../../target/f.zip"),
            ("", "target/f.zip"),
            ("out/of/it", "../../../target/f.zip"),
        ] {
            assert_eq!(relocated("../target/f.zip", to), path, "from {to}");
        }
    }

    #[test]
    fn an_absolute_path_is_unchanged() {
        assert_eq!(relocated("/f.zip", "x"), "/f.zip");
    }

    #[test]
    fn a_path_is_normalized_without_folders_that_it_leaves() {
        for (path, expected) in [
            ("templates/../target/package/function.zip", "target/package/function.zip"),
            ("../target/./function.zip", "../target/function.zip"),
            ("a/../../b", "../b"),
            ("/etc/../hostname", "/hostname"),
        ] {
            assert_eq!(normalized(Path::new(path)), Path::new(expected));
        }
    }
}
