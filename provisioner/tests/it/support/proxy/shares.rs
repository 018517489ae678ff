//! Distributes an alias's calls as Lambda does: MiniStack stores the weights of an alias and sends all calls to its
//! main version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::Uri;
use serde_json::Value;

/// The state of each alias. Lambda decides at random; here a weight of a tenth is every tenth call, so that a test can
/// count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Arc<Mutex<BTreeMap<String, u32>>>);

impl Turns {
    /// The version for the next call of an alias, by the alias's weights.
    pub(super) fn next(&self, alias: &Value) -> Option<String> {
        let own = alias["FunctionVersion"].as_str()?;
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(alias["AliasArn"].to_string()).or_default();
        *turn += 1;
        let weights = alias["RoutingConfig"]["AdditionalVersionWeights"].as_object().into_iter().flatten();
        let mut others = weights.filter_map(|(version, weight)| Some((version, weight.as_f64()?)));
        let comes = |share: f64| {
            let passed = |turns: u32| (f64::from(turns) * share + 1e-9).floor();
            passed(*turn) > passed(*turn - 1)
        };
        let other = others.find(|(_, share)| comes(*share)).map(|(version, _)| version.clone());
        Some(other.unwrap_or_else(|| own.to_owned()))
    }
}

/// The path of the alias that an invocation names, if it names one; a version's number is not an alias.
pub(super) fn alias_path(uri: &Uri) -> Option<String> {
    let function = uri.path().strip_suffix("/invocations")?;
    let name = qualifier(uri).filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(format!("{function}/aliases/{name}"))
}

/// The same invocation, for a version.
pub(super) fn of_version(uri: &Uri, version: &str) -> String {
    let name = qualifier(uri).unwrap_or_default();
    uri.to_string().replace(&format!("Qualifier={name}"), &format!("Qualifier={version}"))
}

fn qualifier(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|field| field.strip_prefix("Qualifier="))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_version_gets_its_share_of_a_hundred_calls() {
        let turns = Turns::default();
        let alias = |share: f64| {
            let weights = json!({"AdditionalVersionWeights": {"2": share}});
            json!({"AliasArn": format!("{share}"), "FunctionVersion": "1", "RoutingConfig": weights})
        };
        for (share, expected) in [(0.1, 10), (0.01, 1), (0.5, 50), (0.33, 33)] {
            let given = (0..100).filter(|_| turns.next(&alias(share)).as_deref() == Some("2")).count();
            assert_eq!(given, expected, "{share}");
        }
        let alone = json!({"AliasArn": "alone", "FunctionVersion": "1"});
        assert_eq!(turns.next(&alone).as_deref(), Some("1"));
    }

    #[test]
    fn an_invocation_names_an_alias_or_a_version() {
        let path = |uri: &str| alias_path(&uri.parse().unwrap());
        let by_alias = "/2015-03-31/functions/chat/invocations?Qualifier=live";
        assert_eq!(path(by_alias).as_deref(), Some("/2015-03-31/functions/chat/aliases/live"));
        assert_eq!(path("/2015-03-31/functions/chat/invocations?Qualifier=2"), None);
        assert_eq!(path("/2015-03-31/functions/chat/invocations"), None);
        assert_eq!(path("/2015-03-31/functions/chat?Qualifier=live"), None);
        let version = of_version(&by_alias.parse().unwrap(), "2");
        assert_eq!(version, "/2015-03-31/functions/chat/invocations?Qualifier=2");
    }
}
