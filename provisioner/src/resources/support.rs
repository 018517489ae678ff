//! `docs/template-support.md`: the typed kinds and their properties, generated from the types.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{Property, Resource, facts, typed_kinds};

const HEAD: &str = "\
# What a template may hold

Generated from the code: `UPDATE_DOCS=1 cargo test --workspace --lib template_support` writes it, and `make test` fails \
when it is stale.

These kinds have a type here: their defaults are compared, a property that is not listed is refused with its place in \
the template, and one marked `*` needs a new resource when it changes. Every other kind of AWS's registry goes through \
Cloud Control ([why, and what that means](decisions/0008-other-kinds-through-cloud-control.md)). `Type`, `Condition`, \
`DependsOn`, `DeletionPolicy` and `Metadata` stand beside the properties of any kind (of `Metadata`, `Provisioner` is \
read: [smoke tests](smoke-tests.md)); `Ref`, `Fn::GetAtt`, `Fn::Sub`, \
`Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::If`, `Fn::FindInMap` and `Fn::Base64` are evaluated, the conditions' \
functions in `Conditions`.

## How a template is read

Template, included files and parameter files are UTF-8, with or without a byte order mark, and YAML or JSON. JSON is \
read as JSON, as is every file whose name ends with `.json`. YAML is read as CloudFormation reads it, which is YAML 1.1, \
merge keys (`<<`) included: without quotes `yes` and `on` are `true`, `12:30` is 750, `1_000` is 1000, `012345` is 5349, \
`08` is 8 and `1e3` is 1000, as values and as keys. Dates such as `2012-10-17` are text. `plan` and `deploy` of both \
engines, `destroy` of the direct engine and `synth` (on stderr) have a note for each value that is not what is written, with \
its line and how to write the text. So both engines and what `synth` writes have the \
value that CloudFormation has from the same source; `synth` writes in quotes whatever YAML 1.1 could take for something \
else.

Scalars become the type that a property wants, both ways: `512`, `512.0` and `\"512\"` are one number, `2024` and `true` \
are text where text is wanted. A number without quotes has no notation: `1.10` becomes the text `1.1`, as in \
CloudFormation, and a note says so. Whole numbers beyond 64 bits keep their digits.

What CloudFormation refuses of any template is refused here with its line: nulls, names that are not letters and digits, \
names that are not given, one name for a parameter and a resource, mappings of another shape than two levels of keys, \
outputs and descriptions that are not text, one export name twice, a default outside of its `AllowedValues`, more \
than 200 parameters, mappings, outputs, or keys at a level of a mapping, and names and descriptions that are too long. The \
quota of 500 resources is not checked: it is an account's for stacks of CloudFormation, which names it itself. \
`AllowedPattern` is a Java regular expression that the whole value must match; a pattern that cannot be tried here is a note \
with the reason, of the same commands, and the value is taken. A parameter's value has 4,096 bytes at most. \
An output has a value: `AWS::NoValue` is refused there. An export's name is text that depends on no resource.

A dynamic reference (`{{resolve:ssm:…}}`, `ssm-secure`, `secretsmanager`) in a property is refused by the direct engine, \
also when a parameter brings it there: only CloudFormation resolves it. So is an output whose value \
is a function of one, such as `Fn::Base64`. Elsewhere it is text. `{{resolve:…}}` with another service in a property is \
written as that text, with a note.

A parameter's value is text, so a file for `--parameters` gives it as it is written: `1.10`, `0x1F`, `012` and `on` stay \
that, with and without quotes. A null is refused: write `''` for empty text. The file holds `Name: value` lines, or one \
of the forms of AWS's tools: `[{\"ParameterKey\": …, \"ParameterValue\": …}]` (`aws cloudformation create-stack`; \
`UsePreviousValue` is refused, since no earlier values are kept), `{\"Parameters\": {…}, \"Tags\": {…}}` (CodePipeline; its \
`Tags` and `StackPolicy` are named and not used, other keys are refused) or `[\"Name=value\"]` (`aws cloudformation deploy`).
";

/// The values that a kind lists as supported in the error for an unsupported value.
fn supported(kind: &str, properties: Value) -> Vec<String> {
    let Value::Object(properties) = properties else { return Vec::new() };
    let Err(fault) = Resource::parse(kind, properties) else { return Vec::new() };
    let names = fault.reason.split_once("supported are ").or_else(|| fault.reason.split_once("supported is "));
    names.map(|(_, names)| names.split(", ").map(str::to_owned).collect()).unwrap_or_default()
}

fn generated() -> String {
    let mut text = HEAD.to_owned();
    for kind in typed_kinds() {
        let (attributes, create_only) = facts(kind);
        let _ = write!(text, "\n## {kind}\n\n");
        for property in supported(kind, json!({"?": null})) {
            let replaced = create_only.iter().any(|one| *one == Property::EVERY || one.name() == property);
            let inside = supported(kind, Value::Object(Map::from_iter([(property.clone(), json!({"?": null}))])));
            let inside = if inside.is_empty() { String::new() } else { format!(": {}", inside.join(", ")) };
            let _ = writeln!(text, "- `{property}`{}{inside}", if replaced { " *" } else { "" });
        }
        if !attributes.is_empty() {
            let _ = writeln!(text, "\n`Fn::GetAtt`: {}.", attributes.join(", "));
        }
    }
    text
}

#[test]
fn the_page_on_template_support_is_what_the_types_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/template-support.md");
    let text = generated();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        published == text,
        "docs/template-support.md is stale: write it anew with \
         `UPDATE_DOCS=1 cargo test --workspace --lib template_support`"
    );
}
