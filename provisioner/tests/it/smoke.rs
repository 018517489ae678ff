//! The chat that a deploy tries.

use crate::support::user::User;

#[tokio::test]
async fn a_deploy_tries_one_chat_unless_told_not_to() {
    for (args, chats) in [(&["deploy"][..], 1), (&["deploy", "--no-smoke"], 0)] {
        let user = User::new();
        let run = user.run(args).await.expect_success();
        let sent = user.proxy.calls().iter().filter(|call| call.name() == "lambda Invoke").count();
        assert_eq!(sent, chats, "{run:?}");
    }
}
