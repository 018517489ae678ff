//! Which AWS a test runs on: two independent emulators, so that nothing is fitted to one of them.

use std::path::Path;

use serde_json::json;

use super::account::Account;
use super::control;
use super::moto;
use super::package;
use super::proxy::rule::call;
use super::proxy::{Proxy, principals};
use super::user::{TemplateCopy, User};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aws {
    /// Also runs functions and serves their APIs.
    MiniStack,
    /// The control plane only.
    Moto,
}

impl Aws {
    /// An empty account.
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

    /// The project's template to edit, without the properties that this AWS does not store: every deploy would send
    /// them again.
    pub(crate) fn template(self) -> TemplateCopy {
        let copy = TemplateCopy::new();
        match self {
            Self::MiniStack => copy,
            Self::Moto => copy.without("templates/chat.yaml", moto::LOGGING_CONFIG),
        }
    }

    /// The function's own package where it runs, and otherwise one that never starts, because every test uploads it.
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

    /// Whether it runs functions, so that a test can chat.
    pub(crate) fn runs_functions(self) -> bool {
        self == Self::MiniStack
    }

    /// Whether a change of a function or alias gives it a new revision, and a write with an earlier revision is
    /// refused.
    pub(crate) fn has_revisions(self) -> bool {
        self == Self::MiniStack
    }

    /// The properties of a function that a judge cannot read there.
    pub(crate) fn unknown_of_functions(self) -> &'static [&'static str] {
        match self {
            Self::MiniStack => &[],
            Self::Moto => &["logging", "last_update"],
        }
    }

    /// Makes the proxy answer the calls that this AWS does not answer or answers differently from AWS.
    pub(super) fn complete(self, proxy: &Proxy) {
        proxy.always(principals::answered_as_aws_does(&[]));
        proxy.always(control::registry());
        if self == Self::Moto {
            proxy.always(call("GetDeployments").reply(json!({"items": []})));
            proxy.always(call("Invoke").reply(json!({"statusCode": 200, "body": "{\"message\": \"Heat\"}"})));
        }
    }
}
