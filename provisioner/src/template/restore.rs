//! Writes a resolved template in CloudFormation's own form: without parameters and conditions, and with functions for
//! the values that only AWS knows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::evaluate::Scope;
use super::pseudo::Pseudo;
use super::reference::{Deferred, Piece, Reference, Term, pieces, shown};
use super::resolve::Resolved;
use super::sections::Template;
use super::texts::map_texts;
use crate::error::{Error, ErrorKind, Result};

/// The sections that keep their meaning when parameters and conditions are evaluated.
const KEPT: [&str; 3] = ["AWSTemplateFormatVersion", "Description", "Metadata"];

impl Template {
    /// The template for the given parameters, self-contained: without parameters and conditions.
    ///
    /// References between resources stay `Ref`, `Fn::GetAtt` and `Fn::Sub`, and so do pseudo parameters that are not
    /// given. Resources keep the template's order.
    ///
    /// # Errors
    /// When parameters do not match their declarations or a function cannot be evaluated, for example a condition on a
    /// pseudo parameter that is not given.
    pub fn resolved(&self, given: &BTreeMap<String, String>, pseudo: &Pseudo) -> Result<Value> {
        let resolved = self.resolve(given, pseudo).map_err(with_option_hint)?;
        let mut sections = Map::new();
        for name in KEPT {
            sections.extend(self.flat().get(name).map(|section| (name.to_owned(), section.clone())));
        }
        // This section groups and labels parameters for the console, and the result has no parameters.
        if let Some(metadata) = sections.get_mut("Metadata").and_then(Value::as_object_mut) {
            metadata.shift_remove("AWS::CloudFormation::Interface");
        }
        if sections.get("Metadata").and_then(Value::as_object).is_some_and(Map::is_empty) {
            sections.shift_remove("Metadata");
        }
        let scope = self.scope(given, pseudo)?;
        sections.insert("Resources".to_owned(), self.restored_resources(&resolved, &scope)?);
        let mut outputs = Map::new();
        for output in &resolved.outputs {
            let own = |attribute: &str, _: &Value| (attribute == "Value").then(|| Some(output.value.as_str().into()));
            outputs.insert(output.name.clone(), self.restored(["Outputs", &output.name], &scope, &own)?);
        }
        if !outputs.is_empty() {
            sections.insert("Outputs".to_owned(), Value::Object(outputs));
        }
        Ok(Value::Object(sections))
    }

    fn restored_resources(&self, resolved: &Resolved, scope: &Scope<'_>) -> Result<Value> {
        let find = |id: &str| resolved.resources.iter().find(|one| one.logical_id == id);
        let mut restored = Map::new();
        for id in self.flat()["Resources"].as_object().into_iter().flat_map(Map::keys) {
            let Some(resource) = find(id) else { continue };
            let own = |attribute: &str, value: &Value| match attribute {
                "Properties" => Some(Some(Value::Object(resource.properties.clone()))),
                "DependsOn" => {
                    let needs: Vec<_> = names(value).into_iter().filter(|need| find(need).is_some()).collect();
                    Some(match needs.as_slice() {
                        [] => None,
                        [one] => Some(json!(one)),
                        many => Some(json!(many)),
                    })
                }
                _ => None,
            };
            restored.insert(id.clone(), self.restored(["Resources", id], scope, &own)?);
        }
        Ok(Value::Object(restored))
    }

    /// The attributes of a resource or an output. `own` returns the values of some of them, `Some(None)` for one that is
    /// omitted.
    fn restored(
        &self,
        [section, name]: [&str; 2],
        scope: &Scope<'_>,
        own: &dyn Fn(&str, &Value) -> Option<Option<Value>>,
    ) -> Result<Value> {
        let mut restored = Map::new();
        let declared = self.flat()[section][name].as_object().into_iter().flatten();
        for (attribute, value) in declared.filter(|(attribute, _)| *attribute != "Condition") {
            let value = match own(attribute, value) {
                Some(value) => value,
                // CloudFormation refuses references to parameters that are not declared, in `Metadata` too.
                None => scope.value(value).map_err(|fault| self.problem(&[section, name, attribute], fault))?,
            };
            restored.extend(value.map(|value| (attribute.clone(), restore(&value))));
        }
        Ok(Value::Object(restored))
    }
}

/// Adds a hint with the option that sets the pseudo parameter in the error.
fn with_option_hint(error: Error) -> Error {
    let unknown = if let ErrorKind::PseudoNeeded(name) = error.kind() { Some(name.clone()) } else { None };
    let account = || error.needs_account().then(|| Reference::account().name());
    let Some(unknown) = unknown.or_else(account) else { return error };
    let option = match unknown.as_str() {
        "AWS::StackName" => "--stack",
        "AWS::AccountId" => "--account",
        "AWS::Region" | "AWS::Partition" | "AWS::URLSuffix" => "--region",
        _ => {
            return error.hint(
                "remove it from the condition, or run the command without `--resolved`; only CloudFormation knows this value",
            );
        }
    };
    error.hint(format!("add `{option}`"))
}

/// A name, or a list of names.
fn names(value: &Value) -> Vec<&str> {
    let listed = value.as_array().into_iter().flatten();
    listed.chain([value]).filter_map(Value::as_str).collect()
}

/// A value with functions in place of the references in its texts.
fn restore(value: &Value) -> Value {
    map_texts(value, &restore_text)
}

fn restore_text(text: &str) -> Value {
    let pieces = pieces(text);
    match pieces.as_slice() {
        [] => return json!(""),
        [one] => return part(one),
        _ => {}
    }
    // `Fn::Sub` would read `${` in a text as a variable, and a function cannot be a variable; `Fn::Join` accepts any
    // text.
    let joined = |piece: &Piece<'_>| match piece {
        Piece::Text(literal) => literal.contains('$'),
        Piece::Term(term) => matches!(term, Term::Deferred(_)),
    };
    if pieces.iter().any(joined) {
        return json!({"Fn::Join": ["", pieces.iter().map(part).collect::<Vec<_>>()]});
    }
    json!({"Fn::Sub": shown(text)})
}

fn part(piece: &Piece<'_>) -> Value {
    match piece {
        Piece::Text(literal) => json!(literal),
        Piece::Term(Term::Reference(reference)) => function(reference),
        Piece::Term(Term::Deferred(Deferred { name, argument })) => json!({ name.as_str(): restore(argument) }),
    }
}

fn function(reference: &Reference) -> Value {
    let Reference { logical_id, attribute } = reference;
    match attribute.as_str() {
        _ if reference.is_pseudo() => json!({ "Ref": reference.name() }),
        "Ref" => json!({"Ref": logical_id}),
        attribute => json!({"Fn::GetAtt": [logical_id, attribute]}),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::source::Source;
    use super::*;
    use crate::place::Place;

    const OPEN: Pseudo = Pseudo::Template { stack: None, place: None, account: None };

    fn resolved(resources: &str, given: &[(&str, &str)], pseudo: &Pseudo) -> Result<Value> {
        let text = format!(
            "Description: d\nParameters: {{Size: {{Type: Number, Default: 5}}, Name: {{Type: String, Default: ''}}}}\n\
             Mappings: {{Levels: {{'5': {{level: warn}}}}}}\n\
             Conditions: {{Named: !Not [!Equals [!Ref Name, '']], Here: !Equals [!Ref AWS::Region, eu-west-1]}}\n\
             Resources:\n{resources}"
        );
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Template::from_source(Source::in_memory(Path::new("t.yaml"), &text))?.resolved(&given, pseudo)
    }

    fn here() -> Pseudo {
        Pseudo::Template { stack: None, place: Some(Place::new("eu-west-1")), account: None }
    }

    #[test]
    fn a_resolved_template_has_functions_but_no_parameters_or_conditions() {
        let resources = "
  A: {Type: X, Condition: Named, Properties: {N: 1}}
  B:
    Type: X
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    DependsOn: [A, C]
    Properties:
      Size: !Ref Size
      Name: !If [Named, !Ref Name, !Ref AWS::NoValue]
      Arn: !Sub 'arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:${C}/${C.Arn}'
      C: !Ref C
      Whole: !Sub '${C.Arn}'
  C: {Type: X}
";
        let value = resolved(resources, &[], &here()).unwrap();
        assert_eq!(
            value,
            json!({"Description": "d", "Resources": {
                "B": {"Type": "X", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "DependsOn": "C",
                    "Properties": {
                        "Size": "5",
                        "Arn": {"Fn::Sub": "arn:aws:x:eu-west-1:${AWS::AccountId}:${C}/${C.Arn}"},
                        "C": {"Ref": "C"},
                        "Whole": {"Fn::GetAtt": ["C", "Arn"]},
                    }},
                "C": {"Type": "X"},
            }})
        );
        let named = resolved(resources, &[("Name", "n")], &here()).unwrap();
        assert_eq!(named["Resources"]["B"]["DependsOn"], json!(["A", "C"]));
        assert_eq!(named["Resources"]["B"]["Properties"]["Name"], "n");
    }

    #[test]
    fn metadata_and_exports_have_no_removed_references() {
        let resources = "
  C: {Type: X}
  D:
    Type: X
    Metadata:
      Installs: !Ref Name
      Level: !If [Named, info, debug]
      Of: !Sub '${C.Arn}/${Size}'
      Absent: !If [Named, a, !Ref AWS::NoValue]
      Mapped: {Level: !FindInMap [Levels, !Ref Size, level]}
Outputs:
  O: {Value: !Ref Size, Description: d, Export: {Name: !Sub '${AWS::StackName}-${Size}'}}
Metadata:
  AWS::CloudFormation::Interface: {ParameterGroups: [{Parameters: [Size]}]}
";
        let value = resolved(resources, &[], &here()).unwrap();
        let metadata =
            json!({"Installs": "", "Level": "debug", "Of": {"Fn::Sub": "${C.Arn}/5"}, "Mapped": {"Level": "warn"}});
        assert_eq!(value["Resources"]["D"]["Metadata"], metadata);
        let export = json!({"Name": {"Fn::Sub": "${AWS::StackName}-5"}});
        assert_eq!(value["Outputs"]["O"], json!({"Value": "5", "Description": "d", "Export": export}));
        assert_eq!((value.get("Metadata"), value.get("Mappings")), (None, None));
    }

    #[test]
    fn duplicate_exports_are_found_by_their_resolved_names() {
        let outputs = "  C: {Type: X}\nOutputs:\n  A: {Value: a, Export: {Name: !Ref Name}}\n  B: {Value: b, Export: {Name: x}}\n";
        assert!(resolved(outputs, &[("Name", "y")], &here()).is_ok());
        let error = resolved(outputs, &[("Name", "x")], &here()).unwrap_err().to_string();
        assert!(error.contains("Outputs.B.Export: `A` is exported under the same name, \"x\""), "{error}");
        let list = "  C: {Type: X}\nOutputs:\n  A: {Value: !Split [',', 'a,b']}\n";
        let error = resolved(list, &[], &here()).unwrap_err().to_string();
        assert!(error.contains("Outputs.A.Value: an output must be text; join a list with `!Join`"), "{error}");
    }

    #[test]
    fn text_that_looks_like_a_variable_of_sub_is_kept_as_text() {
        let resources = "  C: {Type: X}\n  D: {Type: X, Properties: {P: !Sub '${!Keep}-${C}', Q: '${stage.x}'}}\n";
        let properties = resolved(resources, &[], &here()).unwrap()["Resources"]["D"]["Properties"].clone();
        assert_eq!(properties, json!({"P": {"Fn::Join": ["", ["${Keep}-", {"Ref": "C"}]]}, "Q": "${stage.x}"}));
    }

    #[test]
    fn a_condition_on_a_pseudo_parameter_needs_its_option() {
        let error = resolved("  C: {Type: X}\n", &[], &OPEN).unwrap_err().to_string();
        assert!(error.contains("Here.Fn::Equals: it compares `AWS::Region`, which only AWS knows"), "{error}");
        assert!(error.contains("hint: add `--region`"), "{error}");
    }

    #[test]
    fn a_deferred_function_is_written_as_a_function() {
        let resources = r#"
  C: {Type: X}
  D:
    Type: X
    Properties:
      Host: !Select [2, !Split ["/", !GetAtt C.Url]]
      Url: !Sub ["https://${Host}/x", {Host: !Select [2, !Split ["/", !GetAtt C.Url]]}]
      Data: !Base64 {"Fn::Sub": "at ${C}"}
      Name: !Select [2, !Split ["/", !Ref AWS::StackId]]
"#;
        let properties = resolved(resources, &[], &here()).unwrap()["Resources"]["D"]["Properties"].clone();
        let host = json!({"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["C", "Url"]}]}]});
        assert_eq!(
            properties,
            json!({
                "Host": host,
                "Url": {"Fn::Join": ["", ["https://", host, "/x"]]},
                "Data": {"Fn::Base64": {"Fn::Sub": "at ${C}"}},
                "Name": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]},
            })
        );
    }

    #[test]
    fn base64_of_a_dynamic_reference_is_kept_for_cloudformation() {
        let resources = r#"
  C: {Type: X, Properties: {A: !Base64 "a {{resolve:ssm:/x}}", B: !Base64 {"Fn::Sub": "${C2}{{resolve:ssm:/x}}"}, P: !Base64 plain}}
  C2: {Type: X}
"#;
        let properties = resolved(resources, &[], &here()).unwrap()["Resources"]["C"]["Properties"].clone();
        let expected = json!({
            "A": {"Fn::Base64": "a {{resolve:ssm:/x}}"},
            "B": {"Fn::Base64": {"Fn::Sub": "${C2}{{resolve:ssm:/x}}"}},
            "P": "cGxhaW4=",
        });
        assert_eq!(properties, expected);
    }

    #[test]
    fn a_condition_on_a_stack_id_gets_another_hint() {
        let resources = "  C: {Type: X, Properties: {P: !FindInMap [M, !Ref AWS::StackId, k]}}\n";
        let error = resolved(resources, &[], &here()).unwrap_err().to_string();
        assert!(error.contains("a key is `AWS::StackId`, which only AWS knows"), "{error}");
        assert!(error.contains("hint: remove it from the condition") && !error.contains("--region"), "{error}");
    }
}
