//! Which files of a user are accepted: encodings, JSON that is not YAML, files of parameters, and which are refused.

use std::fs;

use serde_json::json;

use crate::project::Project;

const TOPIC: &str = "\
Parameters:
  Name: {Type: String, Default: films, AllowedPattern: '^(?!aws)[a-z0-9]+$'}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Metadata: {Of: !Ref Name}
    Properties: {TopicName: !Ref Name}
";

/// Runs the program in a folder with these files. Returns its JSON output.
fn printed(files: &[(&str, &[u8])], args: &[&str]) -> Result<serde_json::Value, String> {
    let project = Project::new();
    for (name, bytes) in files {
        fs::write(project.path(name), bytes).expect("a file");
    }
    let output = project.synth(&[&["--format", "json", "--template", files[0].0], args].concat());
    let stderr = String::from_utf8(output.stderr).expect("text");
    if output.status.success() { Ok(serde_json::from_slice(&output.stdout).expect("JSON")) } else { Err(stderr) }
}

fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn every_form_of_parameter_file_is_accepted_and_the_resolved_template_has_no_parameters() {
    for parameters in [
        &b"Name: movies\n"[..],
        b"\xef\xbb\xbf{\"Name\": \"movies\"}",
        br#"[{"ParameterKey": "Name", "ParameterValue": "movies"}]"#,
        br#"{"Parameters": {"Name": "movies"}, "Tags": {"team": "x"}}"#,
        br#"["Name=movies"]"#,
    ] {
        let files = [("t.yaml", TOPIC.as_bytes()), ("p", parameters)];
        let topic = &printed(&files, &["--resolved", "--parameters", "p"]).expect("a template")["Resources"]["Topic"];
        assert_eq!(topic["Properties"], json!({"TopicName": "movies"}));
        assert_eq!(topic["Metadata"], json!({"Of": "movies"}));
    }
    let error = printed(&[("t.yaml", TOPIC.as_bytes())], &["--resolved", "-P", "Name=aws1"]).expect_err("refused");
    assert!(error.contains("parameter `Name` is `aws1`: it must match `^(?!aws)[a-z0-9]+$`"), "{error}");
}

#[test]
fn json_is_read_with_and_without_a_byte_order_mark() {
    let template = br#"{"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {
        "DisplayName": "bot \ud83e\udd16", "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "i.json"}}}}}}"#;
    for mark in [&b""[..], b"\xef\xbb\xbf"] {
        let files =
            [("t.json", &[mark, template].concat()[..]), ("i.json", &[mark, br#"{"A": "\ud83c\udfac"}"#].concat())];
        let printed = printed(&files, &[]).expect("a template");
        assert_eq!(printed["Resources"]["T"]["Properties"], json!({"DisplayName": "bot 🤖", "A": "🎬"}));
    }
}

#[test]
fn invalid_yaml_and_json_are_reported_with_their_place() {
    let null = TOPIC.replace("!Ref Name}\n    Properties", "}\n    Properties");
    for (name, bytes, reason) in [
        ("t.yaml", utf16(TOPIC), "reading template t.yaml: the file is UTF-16, not UTF-8"),
        (
            "t.yaml",
            TOPIC.replace("films", "film\u{e9}").chars().map(|c| c as u8).collect(),
            "byte 49 on line 2 belongs to another encoding",
        ),
        (
            "t.json",
            b"{\"Resources\":\n{\"A\": \"\\ud83c\"}}".to_vec(),
            "reading template t.json:2: this escape is half of a surrogate pair",
        ),
        ("t.yaml", null.into_bytes(), "reading template t.yaml:6: Resources.Topic.Metadata.Of: it is null"),
        (
            "t.yaml",
            TOPIC.replace("Topic:", "Name:").into_bytes(),
            "reading template t.yaml:4: Resources.Name: `Name` is also the name of a parameter",
        ),
        (
            "t.yaml",
            b"Transform: AWS::Serverless-2016-10-31\nResources: {}\n".to_vec(),
            "reading template t.yaml:1: it is a SAM template",
        ),
    ] {
        let error = printed(&[(name, &bytes)], &[]).expect_err("refused");
        assert!(error.contains(reason), "{error}\n{reason}");
    }
}

#[test]
fn synth_writes_plain_scalars_as_cloudformation_reads_them() {
    let template =
        b"Resources:\n  Stage:\n    Type: AWS::ApiGatewayV2::Stage\n    Properties:\n      AutoDeploy: yes\n      \
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: i.yaml}}\n";
    let files = [
        ("t.yaml", &template[..]),
        ("i.yaml", b"Limit: 1_000\nTime: 2:30\nCode: 012345\nText: 'on'\nDay: 2012-10-17\n"),
    ];
    let expected =
        json!({"AutoDeploy": true, "Limit": 1000, "Time": 150, "Code": 5349, "Text": "on", "Day": "2012-10-17"});
    for resolved in [&[][..], &["--resolved"]] {
        let printed = printed(&files, resolved).expect("a template");
        assert_eq!(printed["Resources"]["Stage"]["Properties"], expected, "{resolved:?}");
    }
}

#[test]
fn a_parameter_keeps_the_digits_of_its_file() {
    for (name, text) in [
        ("p.yaml", &b"Name: 1.10\n"[..]),
        ("p.json", br#"{"Name": 1.10}"#),
        ("p.json", br#"[{"ParameterKey": "Name", "ParameterValue": 1.10}]"#),
    ] {
        let template = TOPIC.replace(", AllowedPattern: '^(?!aws)[a-z0-9]+$'", "");
        let files = [("t.yaml", template.as_bytes()), (name, text)];
        let printed = printed(&files, &["--resolved", "--parameters", name]).expect("a template");
        assert_eq!(printed["Resources"]["Topic"]["Properties"], json!({"TopicName": "1.10"}));
    }
}

#[test]
fn synth_prints_the_notes_on_a_template_to_stderr() {
    let project = Project::new();
    let text = "Parameters:\n  Name: {Type: String, Default: films, AllowedPattern: '[\\N{LATIN SMALL LETTER F}a-z]+'}\n\
                Resources:\n  T: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref Name, FifoTopic: yes}}\n";
    fs::write(project.path("t.yaml"), text).expect("a file");
    for more in [&[][..], &["--resolved"]] {
        let output = project.synth(&[&["--format", "json", "--template", "t.yaml"], more].concat());
        let stderr = String::from_utf8(output.stderr).expect("text");
        for note in [
            "note: t.yaml:4: without quotes, the value `yes` is read as `true`",
            "note: t.yaml:2: the value of `Name` is not checked",
        ] {
            assert_eq!(stderr.matches(note).count(), 1, "`{note}` in {stderr}");
        }
        let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
        assert_eq!(printed["Resources"]["T"]["Properties"]["FifoTopic"], true);
    }
}
