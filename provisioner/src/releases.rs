//! The published versions of a function, and those that callers get.

use crate::resources::alias::RoutingConfig;
use crate::resources::served;

/// The versions and aliases of one function, as AWS has them now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Releases {
    /// The function's name.
    pub function_name: String,
    /// The time of the function's last change, as Lambda writes it: `2026-11-25T19:30:00.000+0000`.
    pub last_change: String,
    /// Base64 of the SHA-256 of the function's unpublished code.
    pub code_sha256: String,
    /// The published versions, oldest first.
    pub versions: Vec<Published>,
    /// The aliases, which callers use.
    pub aliases: Vec<AliasState>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its number.
    pub number: u64,
    /// The time of its publication, as Lambda writes it.
    pub when: String,
    /// The short name of its content.
    pub release: String,
    /// The description that it was published with.
    pub description: String,
}

/// An alias, and the versions that it points to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AliasState {
    /// Its name.
    pub name: String,
    /// The version that gets the calls that the shares of others leave.
    pub version: String,
    /// The shares of other versions.
    pub routing: RoutingConfig,
    /// Its description, which contains the ownership tag.
    pub description: String,
    /// The revision that a change of it must name.
    pub revision: String,
}

impl Releases {
    /// The alias of this name.
    pub fn alias(&self, name: &str) -> Option<&AliasState> {
        self.aliases.iter().find(|alias| alias.name == name)
    }

    /// Whether this version exists.
    pub fn has(&self, number: u64) -> bool {
        self.versions.iter().any(|version| version.number == number)
    }

    /// Whether callers may ever have got a version. The call that creates a function also publishes the first version,
    /// even if Lambda then fails to create the function.
    pub fn were_called(&self) -> bool {
        self.versions.len() > 1 || self.aliases.iter().any(|alias| alias.version != served::LATEST)
    }

    /// The newest version older than `number`.
    pub fn before(&self, number: u64) -> Option<u64> {
        self.versions.iter().map(|version| version.number).filter(|older| *older < number).max()
    }

    /// The numbers of all versions in one line, as text.
    pub fn version_list(&self) -> String {
        let numbers: Vec<_> = self.versions.iter().map(|version| version.number.to_string()).collect();
        if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") }
    }
}

impl AliasState {
    /// Each version that gets calls, with its share from 0 to 1; the alias's own version is first.
    pub fn shares(&self) -> Vec<(&str, f64)> {
        let others = &self.routing.additional_version_weights;
        let rest = 1.0 - others.iter().map(|weight| weight.function_weight).sum::<f64>();
        let others = others.iter().map(|weight| (weight.function_version.as_str(), weight.function_weight));
        std::iter::once((self.version.as_str(), rest)).chain(others).collect()
    }

    /// The versions that it pointed to before, newest first, as far as they are stored.
    pub fn before(&self) -> Vec<String> {
        served::split(&self.description).1
    }

    /// Whether this version gets any of its calls.
    pub fn includes(&self, version: &str) -> bool {
        self.version == version || self.routing.share_of(version).is_some()
    }
}
