//! Where a route of somebody else led before this stack took it over: remembered in the description of our integration,
//! which is there before the route moves, so that nothing else has to be kept.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::route::Route;

/// The word in a description.
const WORD: &str = "provisioner:took";

/// What would end a word, or a part of it.
const PARTS: &AsciiSet = &CONTROLS.add(b' ').add(b'=').add(b'%').add(b'|');

/// A route as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its key.
    pub route_key: String,
    /// Where it led.
    pub target: String,
    /// How it was authorised.
    pub authorization_type: String,
    /// The authorizer; empty for none.
    pub authorizer_id: String,
}

impl Taken {
    /// What there is to remember of a route.
    #[must_use]
    pub fn of(route: &Route) -> Self {
        Self {
            route_key: route.route_key.clone(),
            target: route.target.clone(),
            authorization_type: route.authorization_type.clone(),
            authorizer_id: route.authorizer_id.clone().unwrap_or_default(),
        }
    }

    /// As a word of a description.
    #[must_use]
    pub fn word(&self) -> String {
        let Self { route_key, target, authorization_type, authorizer_id } = self;
        let parts = [route_key, target, authorization_type, authorizer_id];
        let parts = parts.map(|part| utf8_percent_encode(part, PARTS).to_string());
        format!("{WORD}={}", parts.join("|"))
    }

    /// All that a description remembers.
    #[must_use]
    pub fn all_in(description: &str) -> Vec<Self> {
        let words = description.split(' ').filter_map(|word| word.strip_prefix(WORD)?.strip_prefix('='));
        let taken = words.filter_map(|word| {
            let parts = word.split('|').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
            let [route_key, target, authorization_type, authorizer_id] =
                <[String; 4]>::try_from(parts.collect::<Vec<_>>()).ok()?;
            Some(Self { route_key, target, authorization_type, authorizer_id })
        });
        taken.collect()
    }

    /// The route as it was, on its API.
    #[must_use]
    pub fn put_back(&self, now: &Route) -> Route {
        Route {
            target: self.target.clone(),
            authorization_type: self.authorization_type.clone(),
            authorizer_id: Some(self.authorizer_id.clone()).filter(|id| !id.is_empty()),
            ..now.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_back_beside_the_mark() {
        let taken = Taken {
            route_key: "POST /chat|a b=c%".to_owned(),
            target: "integrations/abc".to_owned(),
            authorization_type: "JWT".to_owned(),
            authorizer_id: "auth1".to_owned(),
        };
        let other = Taken { route_key: "OPTIONS /chat".to_owned(), authorizer_id: String::new(), ..taken.clone() };
        let description = format!("provisioner:stack=chat {} {}", taken.word(), other.word());
        assert_eq!(Taken::all_in(&description), [taken, other]);
        assert_eq!(Taken::all_in("the films API provisioner:took=nonsense"), []);
    }
}
