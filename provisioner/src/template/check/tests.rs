//! One template for each refusal, with the line in the message.

use std::path::Path;

use super::super::sections::Template;
use super::super::source::Source;

const QUEUE: &str = "Resources:\n  Queue: {Type: 'AWS::SQS::Queue'}\n";

fn read(text: &str) -> Result<Template, String> {
    Template::from_source(Source::in_memory(Path::new("t.yaml"), text)).map_err(|error| error.to_string())
}

#[test]
fn an_invalid_template_is_refused_with_its_line() {
    let long = "x".repeat(1025);
    let many = |name: &str, value: &str| -> String { (0..201).map(|n| format!("  {name}{n}: {value}\n")).collect() };
    let outputs = |entries: &str| format!("{QUEUE}Outputs:\n{entries}");
    for (text, reason) in [
        (
            format!("AWSTemplateFormatVersion: 2011-01-01\n{QUEUE}"),
            "t.yaml:1: AWSTemplateFormatVersion: there is no format version \"2011-01-01\"",
        ),
        (
            format!("Description: {long}\n{QUEUE}"),
            "t.yaml:1: Description: a description has at most 1024 bytes; this one has 1025",
        ),
        (format!("Description: [a]\n{QUEUE}"), "t.yaml:1: Description: a description must be text"),
        (
            format!("Description: !Sub a\n{QUEUE}"),
            "t.yaml:1: Description: a description must be text, without functions",
        ),
        (
            format!("Parameters:\n  Queue: {{Type: String}}\n{QUEUE}"),
            "t.yaml:4: Resources.Queue: `Queue` is also the name of a parameter",
        ),
        (format!("Mappings:\n  M: {{a: b}}\n{QUEUE}"), "t.yaml:2: Mappings.M.a: a mapping has two levels"),
        (
            format!("Mappings:\n  M: {{a: {{b: {{c: d}}}}}}\n{QUEUE}"),
            "t.yaml:2: Mappings.M.a.b: a mapping has two levels",
        ),
        (
            format!("Mappings:\n  M:\n    a: {{b: !Ref Queue}}\n{QUEUE}"),
            "t.yaml:3: Mappings.M.a.b: `Ref` is not allowed in `Mappings`: functions are not evaluated there",
        ),
        (
            format!("Mappings:\n  M:\n    a: {{b: [c, !Sub d]}}\n{QUEUE}"),
            "t.yaml:3: Mappings.M.a.b: `Fn::Sub` is not allowed in `Mappings`",
        ),
        (
            format!("Mappings:\n  M:\n    a: !Ref Queue\n{QUEUE}"),
            "t.yaml:3: Mappings.M.a: `Ref` is not allowed in `Mappings`",
        ),
        (format!("Mappings:\n  M:\n    a_b: {{b: c}}\n{QUEUE}"), "t.yaml:3: Mappings.M.a_b: the key `a_b` must be"),
        (format!("Mappings:\n  M:\n    a: {{b-c: c}}\n{QUEUE}"), "t.yaml:3: Mappings.M.a.b-c: the key `b-c` must be"),
        (format!("Mappings:\n  M:\n    a: {{}}\n{QUEUE}"), "t.yaml:3: Mappings.M.a: it is empty"),
        (outputs("  O: {Value: [a]}\n"), "t.yaml:4: Outputs.O.Value: an output must be text"),
        (outputs("  O:\n    Value: {a: b}\n"), "t.yaml:5: Outputs.O.Value: an output must be text"),
        (outputs("  O: {Value: a, Description: 5}\n"), "t.yaml:4: Outputs.O.Description: a description must be text"),
        (
            outputs("  O: {Value: a, Export: {Name: x}}\n  P: {Value: a, Export: {Name: x}}\n"),
            "t.yaml:5: Outputs.P.Export: `O` is exported under the same name",
        ),
        (
            outputs("  O:\n    Value: a\n    Export:\n      Name: !Ref Queue\n"),
            "t.yaml:7: Outputs.O.Export.Name.Ref: an export's name cannot depend on a resource",
        ),
        (
            outputs("  O: {Value: a, Export: {Name: !Sub 'x-${Queue.Arn}'}}\n"),
            "t.yaml:4: Outputs.O.Export.Name.Fn::Sub: an export's name cannot depend on a resource",
        ),
        (
            outputs("  O:\n    Value: a\n    Export:\n      Name: ''\n"),
            "t.yaml:7: Outputs.O.Export.Name: an export's name must be text that is not empty",
        ),
        (
            outputs("  O:\n    Value: a\n    Export:\n      Name: x\n      Scope: y\n"),
            "t.yaml:8: Outputs.O.Export.Scope: an export has a `Name` only: `Scope` is not supported",
        ),
        (outputs("  O: {Value: a, Export: x}\n"), "t.yaml:4: Outputs.O.Export: an export is written"),
        (outputs(&many("O", "{Value: a}")), "t.yaml:3: Outputs: it has 201 entries; CloudFormation allows at most 200"),
        (format!("Parameters:\n{}{QUEUE}", many("P", "{Type: String}")), "t.yaml:1: Parameters: it has 201 entries"),
        (
            format!("Parameters:\n  P: {{Type: String, Default: [a]}}\n{QUEUE}"),
            "t.yaml:2: Parameters.P.Default: a default must be text",
        ),
        (
            format!("Parameters:\n  P:\n    Type: String\n    Default: c\n    AllowedValues: [a, b]\n{QUEUE}"),
            "t.yaml:4: Parameters.P.Default: the default `c` is not one of",
        ),
        (
            format!("Parameters:\n  P: {{Type: String, AllowedValues: a}}\n{QUEUE}"),
            "t.yaml:2: Parameters.P.AllowedValues: it must be a list",
        ),
        (
            format!("Parameters:\n  P:\n    Type: String\n    MinLength: a\n{QUEUE}"),
            "t.yaml:4: Parameters.P.MinLength: it must be a whole number from 0, not `a`",
        ),
        (
            format!("Parameters:\n  P: {{Type: String, MaxLength: 1.5}}\n{QUEUE}"),
            "t.yaml:2: Parameters.P.MaxLength: it must be a whole number from 0, not `1.5`",
        ),
        (
            format!("Parameters:\n  P: {{Type: Number, MaxValue: [5]}}\n{QUEUE}"),
            "t.yaml:2: Parameters.P.MaxValue: it must be a number, not `[5]`",
        ),
        (
            "Resources:\n  Q:\n    Type: T\n    Condition: 'No'\n".to_owned(),
            "t.yaml:4: Resources.Q.Condition: there is no condition `No`",
        ),
        (
            "Resources:\n  Q:\n    Type: T\n    Condition: No\n".to_owned(),
            "t.yaml:4: Resources.Q.Condition: it must be text, not `false`",
        ),
        (
            format!(
                "Conditions: {{Off1: !Equals [a, b]}}\n{QUEUE}  Other:\n    Type: T\n    Condition: Off1\n    Properties: {{A: !Ref Nothing}}\n"
            ),
            "t.yaml:7: Resources.Other.Properties.A.Ref: there is no parameter or resource `Nothing`",
        ),
        (format!("{QUEUE}    Properties:\n"), "it is not valid YAML"),
        (
            "Resources:\n  Q:\n    Type: T\n    Properties:\n      A:\n".to_owned(),
            "t.yaml:5: Resources.Q.Properties.A: it is null",
        ),
        (format!("{QUEUE}Outputs:\n"), "t.yaml:3: Outputs: it is null"),
    ] {
        let error = read(&text).expect_err(&text);
        assert!(error.contains(reason), "{text}\n{error}\n{reason}");
    }
}

#[test]
fn a_valid_template_is_accepted() {
    for text in [
        format!("AWSTemplateFormatVersion: 2010-09-09\nDescription: {}\n{QUEUE}", "x".repeat(1024)),
        format!("Mappings: {{M: {{us-east-1: {{a: [b, 1], b: true}}, '012345670123': {{c: d}}}}}}\n{QUEUE}"),
        format!("Parameters: {{P: {{Type: Number, Default: '5', AllowedValues: [5, 6]}}}}\n{QUEUE}"),
        format!("Parameters: {{P: {{Type: CommaDelimitedList, Default: 'a, b', AllowedValues: [a, b]}}}}\n{QUEUE}"),
        format!("Conditions: {{A_B: !Equals [a, b]}}\n{QUEUE}    \n"),
        format!(
            "Parameters: {{P: {{Type: String, MinLength: '1', MaxLength: 3.0}}, N: {{Type: Number, MinValue: -0.5}}}}\n{QUEUE}"
        ),
        format!(
            "Parameters: {{P: {{Type: String, Default: x}}}}\n{QUEUE}Outputs:\n  \
             O: {{Value: a, Export: {{Name: !Sub '${{AWS::StackName}}-${{P}}'}}}}\n"
        ),
        format!(
            "Conditions: {{A: !Equals [a, b], B: !Not [!Condition A]}}\n{QUEUE}Outputs:\n  \
             O: {{Condition: A, Value: a, Export: {{Name: x}}}}\n  P: {{Condition: B, Value: a, Export: {{Name: x}}}}\n"
        ),
    ] {
        assert!(read(&text).is_ok(), "{text}\n{:?}", read(&text).err());
    }
}

#[test]
fn a_word_read_as_a_boolean_gets_a_hint_where_text_is_required() {
    let error = read("Resources:\n  Q:\n    Type: T\n    Condition: No\n").unwrap_err();
    assert!(error.contains("hint: write `'No'` if it is text, and `false` if it is not"), "{error}");
}

#[test]
fn a_sam_template_is_refused_with_a_hint() {
    let error = read("Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: 'AWS::Serverless::Function'}\n")
        .unwrap_err();
    assert!(error.starts_with("reading template t.yaml:1: it is a SAM template"), "{error}");
    assert!(error.contains("hint: ") && error.contains("sam deploy"), "{error}");
    let list = read("Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources: {F: {Type: T}}\n")
        .unwrap_err();
    assert!(list.contains("it is a SAM template"), "{list}");
    let other = read(&format!("Transform: AWS::LanguageExtensions\n{QUEUE}")).unwrap_err();
    assert!(other.contains("the section `Transform` is not supported"), "{other}");
    assert!(other.contains("with `--engine cloudformation` neither"), "{other}");
}

#[test]
fn a_name_with_other_characters_is_refused_with_its_line() {
    for name in ["my-queue", "my_queue", "Warteschlänge", "a b", &"a".repeat(256)] {
        let error = read(&format!("Resources:\n  Good: {{Type: T}}\n  {name}: {{Type: T}}\n")).unwrap_err();
        assert!(error.starts_with(&format!("reading template t.yaml:3: Resources.{name}: a name must be")), "{error}");
    }
    let parameter = read("Parameters:\n  a-b: {Type: String}\nResources: {A: {Type: T}}\n").unwrap_err();
    assert!(parameter.to_string().contains("t.yaml:2: Parameters.a-b"), "{parameter}");
    let output = read("Resources: {A: {Type: T}}\nOutputs:\n  a.b: {Value: x}\n").unwrap_err();
    assert!(output.to_string().contains("t.yaml:3: Outputs.a.b"), "{output}");
}

#[test]
fn letters_and_digits_are_accepted_in_any_order() {
    for name in ["Queue", "queue2", "A1b2", &"a".repeat(255)] {
        assert!(read(&format!("Resources:\n  {name}: {{Type: T}}\n")).is_ok(), "{name}");
    }
}
