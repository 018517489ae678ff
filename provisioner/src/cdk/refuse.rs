//! Refuses names that a template may use and a class may not: a logical id cannot be renamed.

use std::collections::BTreeMap;

use super::Language;
use crate::error::{Error, Result};

/// Words that cannot be a variable of the stack's constructor: they belong to the language, or cdk-from-cfn uses them
/// there. In lower case, and a little more than necessary: cdk-from-cfn converts `Class` to `class`, and it splits
/// words by its own rules.
const RESERVED: &str = "\
    cdk scope props id this self super stack construct constructid kwargs buffer base64 async await break case \
    catch class const continue debugger default delete do else enum export extends false finally for function if \
    implements import in instanceof interface let new null package private protected public return static switch \
    throw true try typeof var void while with yield arguments eval undefined and as assert def del elif except \
    from global is lambda none nonlocal not or pass raise str";

/// Members of CDK's `Stack`, which an output with the same name would replace.
const MEMBERS: &str = "\
    account addmetadata addtransform artifactid availabilityzones bundlingrequired dependencies environment \
    exportvalue getlogicalid maxresources nested nestedstackparent nestedstackresource node notificationarns \
    partition propertyinjectors region renamelogicalid resolve splitarn formatarn stackid stackname synthesizer \
    tags templatefile templateoptions terminationprotection tostring tojsonstring urlsuffix with";

fn is_in(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}

/// What remains for a template that cdk-from-cfn cannot write.
pub(super) const INCLUDE: &str =
    "include the output of `provisioner synth --format json` in a CDK app with `CfnInclude`";

/// # Errors
/// When a name cannot be a variable, or two names would be the same variable.
pub(super) fn names(language: Language, resources: &[(&str, &str)], outputs: &[&str]) -> Result<()> {
    let services: Vec<_> =
        resources.iter().filter_map(|(_, kind)| kind.split("::").nth(1)).map(str::to_lowercase).collect();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (id, _) in resources {
        let variable = id.to_lowercase();
        if is_in(RESERVED, &variable) || services.contains(&variable) {
            return Err(refused("Resources", id, language, "is reserved, or the generated code uses it".to_owned()));
        }
        if let Some(other) = seen.insert(variable, id) {
            return Err(refused("Resources", id, language, format!("would be the same variable as `{other}`")));
        }
    }
    for name in outputs {
        let member = name.to_lowercase();
        if is_in(RESERVED, &member) || is_in(MEMBERS, &member) {
            return Err(refused("Outputs", name, language, "is a member of CDK's `Stack`".to_owned()));
        }
    }
    Ok(())
}

fn refused(section: &str, name: &str, language: Language, reason: String) -> Error {
    Error::new(
        format!("generating a CDK app from {section}.{name}"),
        format!("in {} the name {reason}", language.facts().title),
    )
    .hint(format!("rename it in the template, or {INCLUDE}"))
}

/// An error about an attribute of a resource that a CDK app cannot have.
pub(super) fn attribute(id: &str, attribute: &str, reason: &str) -> Error {
    Error::new(format!("generating a CDK app from {id}.{attribute}"), reason)
}
