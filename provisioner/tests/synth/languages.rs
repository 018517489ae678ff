//! Every language gets a complete app, in its own directory.

use std::fs;

use crate::project::Project;

#[test]
fn every_app_has_an_entry_pinned_packages_and_a_cdk_json_and_is_deterministic() {
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
fn synth_does_not_overwrite_files_that_it_did_not_write() {
    let project = Project::new();
    fs::create_dir(project.path("mine")).expect("a directory");
    fs::write(project.path("mine/cdk.json"), "{\"app\": \"mine\"}").expect("a file");
    let output = project.synth(&["--cdk", "python", "--out", "mine"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("writing a CDK app to mine: the directory contains files that are not from an earlier run"),
        "{stderr}"
    );
    assert_eq!(fs::read_dir(project.path("mine")).expect("the directory").count(), 1);
}

#[test]
fn parameter_values_without_resolved_are_refused() {
    let output = Project::new().synth(&["-P", "MemorySize=1024"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("hint: fill in the values with `--resolved`"), "{stderr}");
}

#[test]
fn the_resolved_template_is_equal_in_yaml_and_json_and_has_no_parameters() {
    let project = Project::new();
    let yaml: serde_json::Value =
        serde_json::from_str(&project.synthesized(&["--resolved", "--format", "json", "--region", "eu-west-1"]))
            .expect("JSON");
    assert!(yaml["Parameters"].is_null() && yaml["Conditions"].is_null());
    let text = yaml.to_string();
    assert!(text.contains("arn:aws:execute-api:eu-west-1:${AWS::AccountId}:${ChatApi}"), "{text}");
    assert!(!text.contains("Fn::If") && !text.contains("AWS::Region"), "{text}");
}
