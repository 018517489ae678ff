//! Every language gets a complete app, in its own directory.

use std::fs;

use crate::project::Project;

#[test]
fn every_app_has_its_entry_pinned_packages_and_a_cdk_json_and_is_written_twice_the_same() {
    for (language, files) in [
        ("typescript", &["bin/app.ts", "lib/stack.ts", "package.json", "package-lock.json", "tsconfig.json"][..]),
        ("python", &["app.py", "stack.py", "requirements.txt"]),
    ] {
        let project = Project::new();
        let args = ["--cdk", language, "--out", "app", "-P", "Streaming=true"];
        project.synthesized(&args);
        let files: Vec<_> = files.iter().chain(&["README.md", "cdk.json", ".gitignore"]).collect();
        let read = || files.iter().map(|file| fs::read_to_string(project.path("app").join(file)).expect(file));
        let first: Vec<_> = read().collect();
        let all = first.concat();
        for part in ["2.275.0", "cinedb-chat", "../target/package/function.zip", "Code of StreamFunction"] {
            assert!(all.contains(part), "no `{part}` in the app in {language}");
        }
        assert!(!all.contains("https://registry"), "{language}");
        project.synthesized(&args);
        assert_eq!(read().collect::<Vec<_>>(), first, "{language}");
    }
}

#[test]
fn files_of_others_are_not_overwritten() {
    let project = Project::new();
    fs::create_dir(project.path("mine")).expect("a directory");
    fs::write(project.path("mine/cdk.json"), "{\"app\": \"mine\"}").expect("a file");
    let output = project.synth(&["--cdk", "python", "--out", "mine"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("writing a CDK app to mine: the directory holds files of somebody else"), "{told}");
    assert_eq!(fs::read_dir(project.path("mine")).expect("the directory").count(), 1);
}

#[test]
fn values_without_resolved_are_refused_since_the_template_keeps_its_parameters() {
    let output = Project::new().synth(&["-P", "MemorySize=1024"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("hint: fill them in with `--resolved`"), "{told}");
}

#[test]
fn resolved_is_the_same_in_both_forms_and_has_no_parameter_left() {
    let project = Project::new();
    let yaml: serde_json::Value =
        serde_json::from_str(&project.synthesized(&["--resolved", "--format", "json", "--region", "eu-west-1"]))
            .expect("JSON");
    assert!(yaml["Parameters"].is_null() && yaml["Conditions"].is_null());
    let text = yaml.to_string();
    assert!(text.contains("arn:aws:execute-api:eu-west-1:${AWS::AccountId}:${ChatApi}"), "{text}");
    assert!(!text.contains("Fn::If") && !text.contains("AWS::Region"), "{text}");
}
