//! A user's paths that the matrices interrupt, and the judge of each.

use std::collections::BTreeMap;

use serde_json::Map;

use crate::support::account::Account;
use crate::support::chat::{Release, assert_release_is_all_there_is};
use crate::support::proxy::call::{CallId, Kind, identified};
use crate::support::proxy::strict;
use crate::support::seed::FUNCTION;
use crate::support::user::{User, code};
use crate::support::world::World;

/// How often a function is asked for before it is ready, in the matrices.
const LOOKS: usize = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Path {
    FirstDeploy,
    /// Code and configuration, in one deploy.
    Update,
    Destroy,
}

impl Path {
    pub(crate) const ALL: [Self; 3] = [Self::FirstDeploy, Self::Update, Self::Destroy];

    /// A user who stands before it, on an AWS that refuses and waits as the real one.
    pub(crate) async fn begin(self) -> User {
        let user = User::new();
        if self != Self::FirstDeploy {
            user.deploy(&[]).await;
        }
        self.as_aws(&user);
        user
    }

    /// Nothing but AWS's own ways, from now on.
    pub(crate) fn as_aws(self, user: &User) {
        user.proxy.forget_rules();
        user.proxy.clear();
        user.proxy.on(strict::slow_function(LOOKS));
        user.proxy.on(strict::no_duplicates());
    }

    pub(crate) fn command(self) -> Vec<String> {
        match self {
            Self::FirstDeploy => vec!["deploy".to_owned()],
            Self::Update => {
                let release = Release::next();
                let memory = format!("MemorySize={}", release.memory);
                let zip = code(release.package).to_string_lossy().into_owned();
                ["deploy", "-P", &memory, "--code", &zip].map(str::to_owned).to_vec()
            }
            Self::Destroy => ["destroy", "--yes"].map(str::to_owned).to_vec(),
        }
    }

    /// The calls of a run that nothing disturbs. Of calls that ask for the same again and again, the first two.
    pub(crate) async fn calls(self) -> Vec<(CallId, Kind)> {
        let user = self.begin().await;
        user.run(&words(&self.command())).await.expect_success();
        let calls = identified(&user.proxy.calls());
        forget(&user).await;
        calls.into_iter().filter(|(id, kind)| *kind != Kind::Read || id.occurrence <= 2).collect()
    }

    /// The world is as the template says after this path: nothing is missing, twice or left over.
    #[track_caller]
    pub(crate) fn judge(self, world: &World, account: &Account) {
        match self {
            Self::FirstDeploy => {
                assert_release_is_all_there_is(world, account, Release::first());
                assert_eq!(versions(world), ["1"], "published once");
            }
            Self::Update => {
                assert_release_is_all_there_is(world, account, Release::next());
                assert_eq!(versions(world), ["1", "2"], "published once");
            }
            Self::Destroy => assert!(world.is_empty(), "left behind: {world:?}"),
        }
    }
}

pub(crate) fn words(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// What the world holds more than once.
pub(crate) fn duplicates(world: &World) -> Vec<String> {
    let mut twice = Vec::new();
    for kind in ["roles", "log_groups", "functions", "apis"] {
        if world.names(kind).len() > 1 {
            twice.push(format!("{kind} {:?}", world.names(kind)));
        }
    }
    for part in ["routes", "integrations", "stages"] {
        let count = world["apis"][FUNCTION][part].as_object().map_or(0, Map::len);
        if count > 1 {
            twice.push(format!("{count} {part}"));
        }
    }
    let mut same: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (number, version) in world["functions"][FUNCTION]["versions"].as_object().into_iter().flatten() {
        same.entry(format!("{} {}", version["code_sha256"], version["memory"])).or_default().push(number);
    }
    twice.extend(same.values().filter(|versions| versions.len() > 1).map(|same| format!("versions {same:?}")));
    twice
}

fn versions(world: &World) -> Vec<&str> {
    let versions = world["functions"][FUNCTION]["versions"].as_object();
    versions.into_iter().flatten().map(|(number, _)| number.as_str()).collect()
}

/// Ends the function's processes in the emulator, which keeps them warm: hundreds of cells would fill the machine.
pub(crate) async fn forget(user: &User) {
    let lambda = aws_sdk_lambda::Client::new(&user.account.sdk());
    let _gone_or_not = lambda.delete_function().function_name(FUNCTION).send().await;
}
