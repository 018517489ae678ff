//! The chat at the end of a deploy.

use crate::support::user::{TemplateCopy, User};

#[tokio::test]
async fn a_deploy_ends_with_one_chat_unless_told_not_to() {
    for (args, chats) in [(&["deploy"][..], 1), (&["deploy", "--no-smoke"], 0)] {
        let user = User::new();
        let run = user.run(args).await.expect_success();
        let sent = user.proxy.calls().iter().filter(|call| call.name() == "lambda Invoke").count();
        assert_eq!(sent, chats, "{run:?}");
    }
}

#[tokio::test]
async fn a_smoke_chat_that_fails_fails_the_deploy_and_says_what_was_answered() {
    let copy = TemplateCopy::new().edited("templates/chat.yaml", "MOVIE_LIMIT: !Ref MovieLimit", "MOVIE_LIMIT: plenty");
    let user = User::new().always(copy.arguments());
    let run = user.run(&["deploy"]).await.expect_code(1);
    assert!(run.stderr.contains("trying a chat with what was deployed"), "{run:?}");
    assert!(run.stderr.contains("everything of the plan is deployed; the chat does not answer"), "{run:?}");
    assert!(run.stderr.contains("MOVIE_LIMIT") && run.stderr.contains("plenty"), "what it answered: {run:?}");
    let world = user.world().await;
    assert_eq!(world["functions"]["cinedb-chat-bedrock"]["latest"]["environment"]["MOVIE_LIMIT"], "plenty");
}
