//! Templates with mistakes, and the messages about them.

mod entrances;
mod kinds;
mod language;
mod references;

use std::path::Path;

use crate::place::Place;
use crate::template::Source;

use super::*;

fn build(text: &str) -> Result<Desired> {
    let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text))?;
    let packages = Packages { check: PackageCheck::Unread, ..Packages::default() };
    Desired::build(&template, &BTreeMap::new(), &packages, &"chat".parse()?, &Place::new("eu-west-1"), None)
}

#[test]
fn a_package_for_an_unknown_function_is_refused_with_the_functions_of_the_template() {
    let hint = |text: &str| {
        let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text)).unwrap();
        let packages = Packages { instead: [("Nope".to_owned(), "f.zip".into())].into(), ..Packages::default() };
        check_package_names(&template, &packages).unwrap_err().to_string()
    };
    assert_eq!(
        hint("Resources: {A: {Type: AWS::Lambda::Function}, B: {Type: AWS::Lambda::Function}}"),
        "choosing the package of `Nope`: the template has no function with this logical id\n\n\
         hint: name a function of the template with `--code`: A, B"
    );
    let without = hint("Resources: {Q: {Type: AWS::SQS::Queue}}");
    assert!(without.ends_with("hint: leave out `--code`: the template has no function"), "{without}");
}

#[test]
fn an_error_about_a_package_names_its_path_and_its_function() {
    let text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {FunctionName: f, Code: ../f.zip, Runtime: \
                python3.12, Handler: a.b, Role: 'arn:aws:iam::1:role/r'}\n";
    let folder = tempfile::tempdir().unwrap();
    let template = Template::from_source(Source::in_memory(&folder.path().join("templates/t.yaml"), text)).unwrap();
    let place = Place::new("eu-west-1");
    let refusal = || {
        let built =
            Desired::build(&template, &BTreeMap::new(), &Packages::default(), &"chat".parse().unwrap(), &place, None);
        built.unwrap_err().to_string().replace(&folder.path().display().to_string(), "")
    };
    std::fs::create_dir(folder.path().join("templates")).unwrap();
    assert_eq!(
        refusal(),
        "reading the package /f.zip of `F`: No such file or directory (os error 2)\n\n\
         hint: build the package, or pass another: `--code F=ZIP`"
    );
    std::fs::write(folder.path().join("f.zip"), "text").unwrap();
    assert_eq!(
        refusal(),
        "checking the package /f.zip of `F`: it is not a zip file\n\nhint: pass a zip file: `--code F=ZIP`"
    );
}

/// The messages for several templates in one text, each below its `---`.
fn messages(templates: &str) -> String {
    let texts = templates.split("---\n").skip(1);
    let messages = texts.map(|text| match build(text) {
        Ok(_) => panic!("this should be refused:\n{text}"),
        Err(error) => error.to_string(),
    });
    messages.collect::<Vec<_>>().join("\n")
}

#[test]
fn deep_nesting_is_an_error_and_not_a_stack_overflow() {
    let deep = |open: &str, close: &str| format!("Resources: {}{}", open.repeat(5_000), close.repeat(5_000));
    for text in [deep("[", "]"), deep("{a: ", "}"), deep("!Not [", "]")] {
        let error = build(&text).unwrap_err().to_string();
        assert!(
            error.starts_with("reading template t.yaml:1: maps and lists are nested more than 128 levels"),
            "{error}"
        );
    }
    let chain = |n: usize| format!("  C{n}: !Not [!Condition C{}]\n", n + 1);
    let chain: String = (0..20_000).map(chain).collect();
    let error = build(&format!("Conditions:\n{chain}  C20000: !Equals [a, a]\nResources: {{R: {{Type: T}}}}\n"));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("a chain of more than 100 conditions\n"), "{error}");
}

#[test]
fn a_condition_with_many_references_is_evaluated_once() {
    // Without a cache this would take two to the power of ninety evaluations.
    let doubling = |n: usize| format!("  C{n}: !And [!Condition C{}, !Condition C{}]\n", n + 1, n + 1);
    let doublings: String = (0..90).map(doubling).collect();
    let resource = "Resources: {L: {Type: AWS::Logs::LogGroup, Condition: C0}}";
    let desired = build(&format!("Conditions:\n{doublings}  C90: !Equals [a, a]\n{resource}\n")).unwrap();
    assert_eq!(desired.resources.len(), 1);
}
