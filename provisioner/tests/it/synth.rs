//! The output of `synth` has the same meaning as the deployed template.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::package;
use crate::support::user::{TemplateCopy, User};

#[rstest]
#[tokio::test]
async fn the_resolved_template_plans_no_change_of_the_deployed_template(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let resolved = folder.path().join("resolved.json");
    let resolved = resolved.to_str().unwrap();
    let synth = ["synth", "--resolved", "--format", "json", "--out", resolved];
    for message in
        [format!("wrote the template to {resolved}\n"), format!("{resolved} contains this template already\n")]
    {
        let run = user.run(&synth).await.expect_success();
        assert!(run.stdout.is_empty() && run.stderr.ends_with(&message), "{run:?}");
    }
    let run = user.run(&["plan", "--detailed-exitcode", "--template", resolved]).await.expect_code(0);
    assert!(run.stdout.contains("nothing to do"), "{run:?}");

    // The check can fail: with other parameters, the same template gives a difference.
    let other = ["synth", "--resolved", "--format", "json", "--out", resolved, "-P", "MemorySize=1024"];
    user.run(&other).await.expect_success();
    user.run(&["plan", "--detailed-exitcode", "--template", resolved]).await.expect_code(2);
}

/// Generates the app in TypeScript from a copy of the template, and runs it with the real aws-cdk-lib. Returns the path
/// of the template in its `cdk.out`.
async fn cdk_out(user: &User, copy: &TemplateCopy, parameters: &[&str]) -> String {
    let app = copy.path("templates/cdk/typescript");
    let [template, file] = copy.arguments();
    let synth = ["synth", &template, &file, "--cdk", "typescript", "--out", app.to_str().expect("a path")];
    user.run(&[&synth[..], parameters].concat()).await.expect_success();
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/cdk/typescript/node_modules");
    assert!(installed.is_dir(), "`make test` installs {}", installed.display());
    if !app.join("node_modules").exists() {
        symlink(installed, app.join("node_modules")).expect("a link");
    }
    for program in ["node_modules/typescript/bin/tsc", "bin/app.js"] {
        let mut node = Command::new("node");
        node.arg(program).current_dir(&app).env("CDK_OUTDIR", "cdk.out").env("CDK_VALIDATION", "false");
        let run = node.output().expect("Node 20 or newer");
        assert!(run.status.success(), "{program}: {}", String::from_utf8_lossy(&run.stderr));
    }
    app.join("cdk.out/cinedb-chat.template.json").display().to_string()
}

#[tokio::test]
async fn the_output_of_the_cdk_plans_no_change_of_the_deployed_template() {
    let user = User::new();
    let copy = TemplateCopy::new();
    let package = copy.path("target/package/function.zip");
    fs::create_dir_all(package.parent().unwrap_or(Path::new(""))).unwrap();
    fs::copy(package::function_zip_file(), package).unwrap();
    user.deploy(&[]).await;

    let template = cdk_out(&user, &copy, &[]).await;
    let plan = ["plan", "--detailed-exitcode", "--template", &template];
    let run = user.plain(&plan).await.expect_code(0);
    assert!(run.stdout.contains("nothing to do"), "{run:?}");

    // The check can fail: with other parameters, the app's template differs.
    cdk_out(&user, &copy, &["-P", "MemorySize=1024"]).await;
    let run = user.plain(&plan).await.expect_code(2);
    assert!(run.stdout.contains("MemorySize  512 → 1024"), "{run:?}");
}
