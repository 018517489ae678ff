//! Finds the route for a request, and the parameters in its path.

use std::collections::BTreeMap;

use super::super::entrance::Entrance;
use super::Request;

/// The route or function URL that accepts the request, as API Gateway chooses it: a full match takes precedence over a
/// greedy path, a greedy path over `$default`, and a method over `ANY` (its guide, "Create routes for HTTP APIs"). A
/// function URL accepts every request.
pub(super) fn best_match<'e>(entrances: &[&'e Entrance], request: &Request) -> Option<&'e Entrance> {
    let matching = entrances.iter().filter_map(|entrance| Some((rank(entrance, request)?, *entrance)));
    // Among equal ones, the first in the template takes precedence.
    matching.rev().max_by_key(|(rank, _)| *rank).map(|(_, entrance)| entrance)
}

type Rank = (bool, usize, bool);

fn rank(entrance: &Entrance, request: &Request) -> Option<Rank> {
    let Some((method, pattern)) = entrance.method_and_path() else { return Some((false, 0, false)) };
    if method != "ANY" && method != request.method {
        return None;
    }
    path_parameters(pattern, request.path_and_query().0)?;
    let literal = pattern.split('/').filter(|part| !part.starts_with('{')).count();
    Some((!pattern.ends_with("+}"), literal, method != "ANY"))
}

/// The parameters in a path, if it matches the route's: `/orders/{id}` and `/orders/7` result in `id = 7`, and
/// `/{rest+}` matches one part or more.
pub(super) fn path_parameters(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut parts = path.split('/');
    for wanted in pattern.split('/') {
        let part = parts.next()?;
        let name = wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        match name.map(|name| (name, name.strip_suffix('+'))) {
            None if wanted == part => {}
            None => return None,
            Some((_, Some(greedy))) => {
                let rest: Vec<_> = [part].into_iter().chain(parts.by_ref()).collect();
                found.insert(greedy.to_owned(), Some(rest.join("/")).filter(|rest| !rest.is_empty())?);
            }
            Some((name, None)) => {
                found.insert(name.to_owned(), Some(part.to_owned()).filter(|part| !part.is_empty())?);
            }
        }
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_matches_its_pattern_or_does_not() {
        let parameters = |pairs: &[(&str, &str)]| {
            Some(
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>(),
            )
        };
        for (pattern, path, expected) in [
            ("/chat", "/chat", parameters(&[])),
            ("/chat", "/chat/", None),
            ("/chat", "/chats", None),
            ("/", "/", parameters(&[])),
            ("/orders/{id}", "/orders/7", parameters(&[("id", "7")])),
            ("/orders/{id}", "/orders/", None),
            ("/orders/{id}", "/orders/7/lines", None),
            ("/orders/{id}/lines", "/orders/7/lines", parameters(&[("id", "7")])),
            ("/{proxy+}", "/a/b", parameters(&[("proxy", "a/b")])),
            ("/{proxy+}", "/", None),
            ("/a/{b}/{c+}", "/a/1/2/3", parameters(&[("b", "1"), ("c", "2/3")])),
        ] {
            assert_eq!(path_parameters(pattern, path), expected, "{pattern} {path}");
        }
    }
}
