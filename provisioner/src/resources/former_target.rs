//! The former target of an untagged route that this stack took over.
//!
//! The description of the stack's integration, which exists before the route is moved, stores it, so that no other
//! storage is needed.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::route::Route;

/// The key in a description.
const WORD: &str = "provisioner:took";

/// The characters that would end a word or a part of it.
const PARTS: &AsciiSet = &CONTROLS.add(b' ').add(b'=').add(b'%').add(b'|');

/// A route before it was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerTarget {
    /// Its key.
    pub route_key: String,
    /// Its target.
    pub target: String,
    /// Its authorisation type.
    pub authorization_type: String,
    /// Its authorizer; empty if there is none.
    pub authorizer_id: String,
}

impl FormerTarget {
    /// The data to store about a route.
    pub fn of(route: &Route) -> Self {
        Self {
            route_key: route.route_key.clone(),
            target: route.target.clone(),
            authorization_type: route.authorization_type.clone(),
            authorizer_id: route.authorizer_id.clone().unwrap_or_default(),
        }
    }

    /// The data as a word of a description.
    pub fn word(&self) -> String {
        let Self { route_key, target, authorization_type, authorizer_id } = self;
        let parts = [route_key, target, authorization_type, authorizer_id];
        let parts = parts.map(|part| utf8_percent_encode(part, PARTS).to_string());
        format!("{WORD}={}", parts.join("|"))
    }

    /// All routes that a description stores.
    pub fn all_in(description: &str) -> Vec<Self> {
        let words = description.split(' ').filter_map(|word| word.strip_prefix(WORD)?.strip_prefix('='));
        let former = words.filter_map(|word| {
            let parts = word.split('|').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
            let [route_key, target, authorization_type, authorizer_id] =
                <[String; 4]>::try_from(parts.collect::<Vec<_>>()).ok()?;
            Some(Self { route_key, target, authorization_type, authorizer_id })
        });
        former.collect()
    }

    /// The route with its former target and authorisation, on its API.
    pub fn restored(&self, now: &Route) -> Route {
        let mut route = now.clone();
        route.target.clone_from(&self.target);
        route.authorization_type.clone_from(&self.authorization_type);
        route.authorizer_id = Some(self.authorizer_id.clone()).filter(|id| !id.is_empty());
        route
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_targets_are_read_back_after_the_ownership_tag() {
        let former = FormerTarget {
            route_key: "POST /chat|a b=c%".to_owned(),
            target: "integrations/abc".to_owned(),
            authorization_type: "JWT".to_owned(),
            authorizer_id: "auth1".to_owned(),
        };
        let other =
            FormerTarget { route_key: "OPTIONS /chat".to_owned(), authorizer_id: String::new(), ..former.clone() };
        let description = format!("provisioner:stack=chat {} {}", former.word(), other.word());
        assert_eq!(FormerTarget::all_in(&description), [former, other]);
        assert_eq!(FormerTarget::all_in("the films API provisioner:took=nonsense"), []);
    }
}
