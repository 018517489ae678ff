//! The query of a request.

use std::collections::BTreeMap;

/// Each name with its values, decoded, in the order of the query.
pub(super) fn parameters(query: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        found.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded_and_a_repeated_name_has_several_values() {
        let found = parameters("a=1&b=x%20y+z&a=2&c");
        let expected = [("a", vec!["1", "2"]), ("b", vec!["x y z"]), ("c", vec![""])];
        let expected =
            expected.map(|(name, values)| (name.to_owned(), values.into_iter().map(str::to_owned).collect()));
        assert_eq!(found, BTreeMap::from(expected));
        assert_eq!(parameters(""), BTreeMap::new());
    }
}
