//! The users' paths that the matrices interrupt, and the judge of each path.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::chat::{
    Release, assert_release_is_all_there_is, assert_release_is_attached_to, assert_releases_are_all_there_is,
};
use crate::support::package::small_zip_files;
use crate::support::proxy::call::{CallId, Kind, identified};
use crate::support::proxy::rule::call;
use crate::support::proxy::strict;
use crate::support::seed::{self, FUNCTION};
use crate::support::user::{User, code};
use crate::support::world::World;

/// How often a function is read before it is ready, in the matrices.
const POLLS: usize = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Path {
    FirstDeploy,
    /// Code and configuration in one deploy: the call that updates the code publishes it.
    Update,
    /// Configuration only, which a separate call publishes.
    Reconfigure,
    /// Code and configuration; the new version first gets a tenth of the traffic.
    Canary,
    Rollback,
    /// The stack adopts a hand-made function that serves on an API outside the stack.
    Adopt,
    Destroy,
}

impl Path {
    pub(crate) const ALL: [Self; 7] =
        [Self::FirstDeploy, Self::Update, Self::Reconfigure, Self::Canary, Self::Rollback, Self::Adopt, Self::Destroy];

    /// A user before the path, on an AWS that refuses and delays calls as the real one does.
    pub(crate) async fn begin(self, aws: Aws) -> User {
        let user = match self {
            Self::Adopt => {
                let account = aws.account().await;
                let manual = seed::manual_setup(&account).await;
                User::of(account).always(["-P".to_owned(), format!("ApiId={}", manual.movies.api_id)])
            }
            Self::FirstDeploy | Self::Update | Self::Reconfigure | Self::Canary | Self::Rollback | Self::Destroy => {
                aws.user().await
            }
        };
        let before: &[Self] = match self {
            Self::FirstDeploy | Self::Adopt => &[],
            Self::Update | Self::Reconfigure | Self::Canary | Self::Destroy => &[Self::FirstDeploy],
            Self::Rollback => &[Self::FirstDeploy, Self::Update],
        };
        for path in before {
            user.run(&[&words(&path.command())[..], &["--no-smoke"]].concat()).await.expect_success();
        }
        self.as_aws(&user);
        user
    }

    /// From now on, only AWS's own behavior. The proxy answers the smoke tests of versions: the package contains a
    /// program that never starts, because hundreds of cells would otherwise upload and start it.
    pub(crate) fn as_aws(self, user: &User) {
        user.proxy.forget_rules();
        user.proxy.clear();
        user.proxy.on(strict::slow_function(POLLS));
        user.proxy.on(strict::no_duplicates());
        user.proxy.on(call("Invoke").reply(json!({"statusCode": 200, "body": "{\"message\": \"Heat\"}"})));
    }

    /// Whether the path changes the code or the configuration of an existing function.
    pub(crate) fn changes_a_function(self) -> bool {
        match self {
            Self::Update | Self::Reconfigure | Self::Canary | Self::Adopt => true,
            Self::FirstDeploy | Self::Rollback | Self::Destroy => false,
        }
    }

    /// The user's command.
    pub(crate) fn command(self) -> Vec<String> {
        let deployed = |release: Release, more: &[&str]| {
            let memory = format!("MemorySize={}", release.memory);
            let zip = code(release.package).to_string_lossy().into_owned();
            let command = [&["deploy", "-P", &memory, "--code", &zip], more].concat();
            command.into_iter().map(str::to_owned).collect()
        };
        match self {
            Self::FirstDeploy => deployed(first(), &[]),
            Self::Update => deployed(other_code(), &[]),
            Self::Reconfigure => deployed(more_memory(), &[]),
            Self::Canary => deployed(other_code(), &["--canary", "10", "--bake", "1s"]),
            Self::Rollback => vec!["rollback".to_owned()],
            Self::Adopt => deployed(first(), &["--adopt"]),
            Self::Destroy => ["destroy", "--yes"].map(str::to_owned).to_vec(),
        }
    }

    /// The user's command after a failed run. A second `rollback` would roll back from the version that the first one
    /// reached, so this one names the version that the first one showed.
    pub(crate) fn again(self) -> Vec<String> {
        let more: &[&str] = if self == Self::Rollback { &["--to", "1"] } else { &[] };
        let more = more.iter().copied().map(str::to_owned);
        self.command().into_iter().chain(more).collect()
    }

    /// The calls of an undisturbed run. Of repeated equal reads, only the first two.
    pub(crate) async fn calls(self, aws: Aws) -> Vec<(CallId, Kind)> {
        let user = self.begin(aws).await;
        user.run(&words(&self.command())).await.expect_success();
        let calls = identified(&user.proxy.calls());
        calls.into_iter().filter(|(id, kind)| *kind != Kind::Read || id.occurrence <= 2).collect()
    }

    /// The world is as the template defines it after this path: nothing is missing, duplicated or orphaned.
    #[track_caller]
    pub(crate) fn judge(self, world: &World, account: &Account) {
        match self {
            Self::FirstDeploy => assert_release_is_all_there_is(world, account, first()),
            Self::Update | Self::Canary => assert_release_is_all_there_is(world, account, other_code()),
            Self::Reconfigure => assert_release_is_all_there_is(world, account, more_memory()),
            Self::Rollback => assert_releases_are_all_there_is(world, account, other_code(), first()),
            Self::Adopt => {
                assert_release_is_attached_to("movies", world, account, first());
                assert_others_are_as_they_were(world);
            }
            Self::Destroy => assert!(world.is_empty(), "left behind: {world:?}"),
        }
        let published: &[&str] = match self {
            Self::FirstDeploy => &["1"],
            // The first version of an adopted function is the one that served before.
            Self::Update | Self::Reconfigure | Self::Canary | Self::Rollback | Self::Adopt => &["1", "2"],
            Self::Destroy => &[],
        };
        assert_eq!(versions(world), published, "each release is published once");
    }
}

fn first() -> Release {
    Release { memory: 512, package: &small_zip_files()[0] }
}

fn other_code() -> Release {
    Release { memory: 1024, package: &small_zip_files()[1] }
}

fn more_memory() -> Release {
    Release { memory: 1024, package: &small_zip_files()[0] }
}

pub(crate) fn words(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// The API outside the stack has the chat's routes and integration in addition to its own, and no orphans of failed
/// attempts.
#[track_caller]
fn assert_others_are_as_they_were(world: &World) {
    assert_eq!(world.names("functions"), [FUNCTION, "cinedb-movies"]);
    assert_eq!(world.names("roles"), ["cinedb-chat-bedrock-role", "cinedb-movies-role"]);
    assert_eq!(world.names("apis"), ["movies"]);
    let api = &world["apis"]["movies"];
    assert_eq!(keys(&api["routes"]), ["GET /movies", "GET /movies/{id}", "OPTIONS /chat", "POST /chat"]);
    assert_eq!(keys(&api["integrations"]).len(), 2, "{api:#}");
    assert_eq!(keys(&api["stages"]), ["$default"]);
}

/// The duplicates in the world.
pub(crate) fn duplicates(world: &World) -> Vec<String> {
    let again = |name: &&str| name.ends_with(" (2)");
    let mut twice: Vec<String> =
        world.names("apis").into_iter().filter(again).map(|api| format!("API {api}")).collect();
    for api in world.names("apis") {
        let api = &world["apis"][api];
        twice.extend(keys(&api["routes"]).into_iter().filter(again).map(|route| format!("route {route}")));
        let uris = api["integrations"].as_object().into_iter().flatten();
        twice.extend(same(uris.map(|(id, one)| (one["uri"].to_string(), id.as_str())), "integrations"));
    }
    let versions = world["functions"][FUNCTION]["versions"].as_object().into_iter().flatten();
    let by_content =
        versions.map(|(number, one)| (format!("{} {}", one["code_sha256"], one["memory"]), number.as_str()));
    twice.extend(same(by_content, "versions"));
    twice
}

/// The things whose content occurs more than once.
fn same<'w>(things: impl Iterator<Item = (String, &'w str)>, what: &str) -> Vec<String> {
    let mut by_content: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (content, name) in things {
        by_content.entry(content).or_default().push(name);
    }
    by_content.values().filter(|names| names.len() > 1).map(|names| format!("{what} {names:?}")).collect()
}

fn versions(world: &World) -> Vec<&str> {
    keys(&world["functions"][FUNCTION]["versions"])
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}
