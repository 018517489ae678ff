//! The same world: what `synth` writes means what was deployed.

use crate::support::user::User;

#[tokio::test]
async fn a_plan_of_the_resolved_template_finds_nothing_to_do_where_the_template_is_deployed() {
    let user = User::new();
    user.deploy(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let resolved = folder.path().join("resolved.json");
    let resolved = resolved.to_str().unwrap();
    user.run(&["synth", "--resolved", "--format", "json", "--out", resolved]).await.expect_success();
    let run = user.run(&["plan", "--detailed-exitcode", "--template", resolved]).await.expect_code(0);
    assert!(run.stdout.contains("nothing to do"), "{run:?}");

    // It can fail: of other parameters, the same template is another one.
    let other = ["synth", "--resolved", "--format", "json", "--out", resolved, "-P", "MemorySize=1024"];
    user.run(&other).await.expect_success();
    user.run(&["plan", "--detailed-exitcode", "--template", resolved]).await.expect_code(2);
}
