//! A user's paths that the matrices interrupt, and the judge of each.

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

/// How often a function is asked for before it is ready, in the matrices.
const LOOKS: usize = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Path {
    FirstDeploy,
    /// Code and configuration in one deploy: what writes the code publishes it.
    Update,
    /// Configuration alone, which is published by a call of its own.
    Reconfigure,
    /// Code and configuration, of which a tenth of the calls gets the new version first.
    Canary,
    Rollback,
    /// A function that serves on an API of others, made by hand, becomes the stack's.
    Adopt,
    Destroy,
}

impl Path {
    pub(crate) const ALL: [Self; 7] =
        [Self::FirstDeploy, Self::Update, Self::Reconfigure, Self::Canary, Self::Rollback, Self::Adopt, Self::Destroy];

    /// A user who stands before it, on an AWS that refuses and waits as the real one.
    pub(crate) async fn begin(self, aws: Aws) -> User {
        let user = match self {
            Self::Adopt => {
                let account = aws.account().await;
                let made = seed::by_hand(&account).await;
                User::of(account).always(["-P".to_owned(), format!("ApiId={}", made.movies.api_id)])
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

    /// Nothing but AWS's own ways, from now on. What a version answers when it is asked is the proxy's word: the
    /// package holds a program that nobody starts, since hundreds of cells would upload and start it.
    pub(crate) fn as_aws(self, user: &User) {
        user.proxy.forget_rules();
        user.proxy.clear();
        user.proxy.on(strict::slow_function(LOOKS));
        user.proxy.on(strict::no_duplicates());
        user.proxy.on(call("Invoke").stand_in(json!({"statusCode": 200, "body": "{\"message\": \"Heat\"}"})));
    }

    /// Whether a function that is there gets other code or another configuration.
    pub(crate) fn changes_a_function(self) -> bool {
        match self {
            Self::Update | Self::Reconfigure | Self::Canary | Self::Adopt => true,
            Self::FirstDeploy | Self::Rollback | Self::Destroy => false,
        }
    }

    /// What the user runs.
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

    /// What the user runs when it did not end well. A second `rollback` would go back from wherever the first came to,
    /// so the version that the first one showed is named.
    pub(crate) fn again(self) -> Vec<String> {
        let more: &[&str] = if self == Self::Rollback { &["--to", "1"] } else { &[] };
        let more = more.iter().copied().map(str::to_owned);
        self.command().into_iter().chain(more).collect()
    }

    /// The calls of a run that nothing disturbs. Of calls that ask for the same again and again, the first two.
    pub(crate) async fn calls(self, aws: Aws) -> Vec<(CallId, Kind)> {
        let user = self.begin(aws).await;
        user.run(&words(&self.command())).await.expect_success();
        let calls = identified(&user.proxy.calls());
        calls.into_iter().filter(|(id, kind)| *kind != Kind::Read || id.occurrence <= 2).collect()
    }

    /// The world is as the template says after this path: nothing is missing, twice or left over.
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
            // Of an adopted function, what served before is the first.
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

/// The API that was there before has the chat's routes and integration besides its own, and nothing is left of trying.
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

/// What the world holds more than once.
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
    let held = versions.map(|(number, one)| (format!("{} {}", one["code_sha256"], one["memory"]), number.as_str()));
    twice.extend(same(held, "versions"));
    twice
}

/// Those that are the same as another.
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
