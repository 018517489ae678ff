//! Values that a plan shows without telling them.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::resources::Change;

/// Where secrets stand.
const SECRET: &str = "Environment.Variables.";

/// The change with a stable token in place of a value that may be secret: the same value has the same token, so a
/// reader sees that it changes, and between which, but not what it is.
pub(crate) fn masked(change: Change) -> Change {
    let Change { property, old, new } = change;
    let hide = |value: Value| if property.starts_with(SECRET) { token(&value) } else { value };
    Change { old: old.map(hide), new: new.map(hide), property }
}

fn token(value: &Value) -> Value {
    let digest = Sha256::digest(value.to_string());
    Value::String(format!("(masked {:02x}{:02x}{:02x})", digest[0], digest[1], digest[2]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_variables_value_is_hidden_and_equal_values_have_equal_tokens() {
        let change = |old: &str, new: &str| {
            masked(Change {
                property: "Environment.Variables.KEY".to_owned(),
                old: Some(json!(old)),
                new: Some(json!(new)),
            })
        };
        let (one, other) = (change("s3cret", "next"), change("next", "s3cret"));
        assert_eq!((one.old.clone(), one.new), (other.new, other.old));
        assert!(!one.old.unwrap().to_string().contains("s3cret"));
    }

    #[test]
    fn other_properties_are_shown() {
        let change = Change { property: "MemorySize".to_owned(), old: Some(json!(128)), new: None };
        assert_eq!(masked(change.clone()), change);
    }
}
