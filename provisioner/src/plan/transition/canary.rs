//! Canaries: a new version first gets a share of the calls and is watched, then it gets all of them or none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Action, Blocker, Note, Step};
use crate::resources::Resource;
use crate::resources::alias::{Alias, RoutingConfig};
use crate::resources::served::LATEST;

/// The share that a new version gets first, and for how long it is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Canary {
    /// The new version's share of the alias's calls, in percent.
    pub percent: u8,
    /// For how long it is watched, in seconds.
    pub bake_seconds: u64,
}

impl Canary {
    /// The share, from 0 to 1.
    pub(super) fn share(self) -> f64 {
        f64::from(self.percent) / 100.0
    }
}

/// Whether a new version first gets a share of the calls.
#[derive(Debug, Clone, Default)]
pub(super) enum Sharing {
    /// No canary is wanted.
    #[default]
    Unwanted,
    /// The new version gets this share. Whether an interrupted run has left exactly this share.
    First(Canary, bool),
    /// The alias does not move, for this reason.
    Needless(&'static str),
    /// The alias moves, and its calls cannot be shared; the reason and the remedy.
    Impossible(&'static str, &'static str),
    /// Another blocker prevents the move.
    Blocked,
}

const ALL_AT_ONCE: &str = "leave `--canary` out: a new version gets all traffic at once, after its smoke test";

impl Sharing {
    /// Whether the calls of an alias that leaves the version `serving` can be shared.
    pub(super) fn decide(
        step: &Step,
        alias: &Alias,
        serving: Option<&str>,
        function: Option<&Step>,
        canary: Canary,
    ) -> Self {
        match step.action {
            // An alias that is created for the serving code moves on afterwards.
            Action::Create if serving.is_none() => {
                return Self::Needless("the alias is new, so no version serves yet");
            }
            Action::Leave | Action::Delete | Action::Replace => return Self::Blocked,
            Action::Create | Action::Keep | Action::Update | Action::Adopt => {}
        }
        let Some(serving) = serving else {
            return Self::Needless("the alias already points to this version");
        };
        if serving == LATEST {
            return Self::Impossible(
                "callers get `$LATEST`, and Lambda splits traffic between published versions only",
                ALL_AT_ONCE,
            );
        }
        if alias.routing_config != RoutingConfig::default() {
            return Self::Impossible("the template itself gives other versions a weight", "leave `--canary` out");
        }
        if function.is_some_and(has_another_role) {
            return Self::Impossible(
                "the function gets another role, and Lambda splits traffic between versions with the same role only",
                ALL_AT_ONCE,
            );
        }
        Self::First(canary, has_share(step, alias, canary))
    }

    /// A function that changes under all of its callers at once.
    pub(super) fn without_an_alias() -> Self {
        Self::Impossible(
            "`--canary` splits the traffic of an alias, and the template has none for this function",
            "give the function an AWS::Lambda::Version and an AWS::Lambda::Alias, or leave `--canary` out",
        )
    }

    /// Why a step cannot be executed.
    pub(super) fn blocker(&self, step: &str) -> Option<Blocker> {
        let Self::Impossible(cause, hint) = self else { return None };
        Some(Blocker { logical_id: step.to_owned(), cause: (*cause).to_owned(), hint: (*hint).into() })
    }

    /// Why a canary has no effect on a step.
    pub(super) fn note(&self, step: &str) -> Option<Note> {
        let Self::Needless(why) = self else { return None };
        Some(note(Some(step), why))
    }
}

/// The note of a template without an alias.
pub(super) fn no_alias() -> Note {
    note(None, "the template has no alias")
}

fn note(step: Option<&str>, why: &str) -> Note {
    let text = format!("`--canary` has no effect: {why}");
    Note { logical_id: step.map(str::to_owned), text, hint: None }
}

fn has_another_role(function: &Step) -> bool {
    let (Resource::Function(wanted), Some(Resource::Function(now))) = (&function.resource, &function.now) else {
        return false;
    };
    wanted.role != now.role
}

/// Whether an interrupted run has left the version with exactly this share.
fn has_share(step: &Step, alias: &Alias, canary: Canary) -> bool {
    let Some(Resource::Alias(now)) = &step.now else { return false };
    now.routing_config.share_of(&alias.function_version) == Some(canary.share())
}
