//! Which AWS a test runs on: two emulators by different people, so that nothing is fitted to one.

use std::path::Path;

use serde_json::json;

use super::account::Account;
use super::moto;
use super::package;
use super::proxy::rule::call;
use super::proxy::{Proxy, principals};
use super::user::{TemplateCopy, User};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aws {
    /// Runs functions and serves their APIs, too.
    MiniStack,
    /// The control plane alone.
    Moto,
}

impl Aws {
    /// An account that is empty.
    pub(crate) async fn account(self) -> Account {
        match self {
            Self::MiniStack => Account::fresh(),
            Self::Moto => moto::account().await,
        }
    }

    /// A user with such an account.
    pub(crate) async fn user(self) -> User {
        User::of(self.account().await)
    }

    /// The project's template to edit, without what this AWS does not keep: that would be sent again at every deploy.
    pub(crate) fn template(self) -> TemplateCopy {
        let copy = TemplateCopy::new();
        match self {
            Self::MiniStack => copy,
            Self::Moto => copy.edited("templates/chat.yaml", moto::LOGGING_CONFIG, ""),
        }
    }

    /// The function's own package where somebody runs it, and else one that nobody starts, since every test uploads it.
    pub(crate) fn package(self) -> &'static Path {
        match self {
            Self::MiniStack => package::function_zip_file(),
            Self::Moto => &package::small_zip_files()[0],
        }
    }

    /// Another release of the code.
    pub(crate) fn other_package(self) -> &'static Path {
        match self {
            Self::MiniStack => package::other_function_zip_file(),
            Self::Moto => &package::small_zip_files()[1],
        }
    }

    /// Whether it runs functions, so that somebody can have a chat.
    pub(crate) fn runs_functions(self) -> bool {
        self == Self::MiniStack
    }

    /// Whether a change of a function or alias gives it another revision, and one meant for an earlier is refused.
    pub(crate) fn has_revisions(self) -> bool {
        self == Self::MiniStack
    }

    /// Properties of a function that no judge can ask for there.
    pub(crate) fn unknown_of_functions(self) -> &'static [&'static str] {
        match self {
            Self::MiniStack => &[],
            Self::Moto => &["logging", "last_update"],
        }
    }

    /// Has the proxy answer the questions for which this AWS has no answer or another than AWS.
    pub(super) fn completed_by(self, proxy: &Proxy) {
        proxy.always(principals::answered_as_aws_does(&[]));
        if self == Self::Moto {
            proxy.always(call("GetDeployments").stand_in(json!({"items": []})));
            proxy.always(call("Invoke").stand_in(json!({"statusCode": 200, "body": "{\"message\": \"Heat\"}"})));
        }
    }
}
