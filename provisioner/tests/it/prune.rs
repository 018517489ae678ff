//! What the template no longer names is told by `plan`, and removed only when that is asked for.

use crate::support::chat::assert_is_all_there_is;
use crate::support::proxy::rule::{AwsError, call};
use crate::support::user::User;

#[tokio::test]
async fn what_other_names_have_left_is_told_kept_and_pruned() {
    let user = User::new();
    user.deploy(&["-P", "FunctionName=old-chat", "-P", "RoleName=old-role"]).await;
    user.deploy(&[]).await;
    let plan = user.run(&["plan"]).await.expect_success();
    for left in
        ["AWS::Lambda::Function `old-chat`", "AWS::IAM::Role `old-role`", "AWS::Logs::LogGroup `/aws/lambda/old-chat`"]
    {
        assert!(plan.stdout.contains(left), "no {left} in {plan:?}");
    }
    assert!(plan.stdout.contains("`deploy --prune` removes it"), "{plan:?}");
    assert!(user.world().await.names("functions").contains(&"old-chat"), "nothing goes unasked");

    let refused = user.run(&["deploy", "--no-smoke", "--prune"]).await.expect_code(1);
    assert!(refused.stderr.contains("nobody is there to be asked"), "{refused:?}");
    user.deploy(&["--prune", "--yes"]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
    let (run, writes) = user.writes_of(&["deploy", "--no-smoke", "--prune"]).await;
    run.expect_success();
    assert_eq!(writes, [""; 0]);
}

#[tokio::test]
async fn who_may_not_look_for_leftovers_is_told_so_and_gets_the_plan_all_the_same() {
    let user = User::new();
    user.deploy(&[]).await;
    let message = "User: arn:aws:iam::1:user/dev is not authorized to perform: tag:GetResources";
    user.proxy.on(call("GetResources").answer(AwsError::new(400, "AccessDeniedException", message)));
    let plan = user.run(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("what the template no longer names could not be looked for"), "{plan:?}");
    assert!(plan.stdout.contains("nothing to do"), "{plan:?}");
}
