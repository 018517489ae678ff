//! Principals in the form of AWS's answers. The emulators return them as they were written.

use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::rule::{Edit, Fault, Rule};

/// Returns an account id as `arn:aws:iam::ID:root`, and each ARN in `deleted` as the unique id that follows it there.
/// Source: the IAM user guide, "AWS JSON policy elements: Principal".
pub(crate) fn answered_as_aws_does(deleted: &[(&str, &str)]) -> Rule {
    let deleted: Arc<[(String, String)]> =
        deleted.iter().map(|(arn, id)| ((*arn).to_owned(), (*id).to_owned())).collect();
    Rule::when(move |call, _| {
        let deleted = Arc::clone(&deleted);
        let edit = match call.operation.as_str() {
            "GetPolicy" => Edit::new(move |answer: &mut Value| {
                let document = answer["Policy"].as_str().and_then(|text| serde_json::from_str(text).ok());
                if let Some(document) = document {
                    answer["Policy"] = in_document(document, &deleted).to_string().into();
                }
            }),
            "GetRole" | "ListRoles" => Edit::of_text(move |answer| in_trust_policies(answer, &deleted)),
            _ => return None,
        };
        Some(Fault::Edit(edit))
    })
}

const OPENING: &str = "<AssumeRolePolicyDocument>";

/// Trust policies are URL-encoded JSON in XML.
fn in_trust_policies(answer: &str, deleted: &[(String, String)]) -> String {
    let mut parts = answer.split(OPENING);
    let mut edited = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (encoded, rest) = part.split_once('<').unwrap_or((part, ""));
        let document = percent_decode_str(encoded).decode_utf8_lossy();
        let document = in_document(serde_json::from_str(&document).unwrap_or_default(), deleted).to_string();
        let encoded = utf8_percent_encode(&document, NON_ALPHANUMERIC);
        edited.push_str(&format!("{OPENING}{encoded}<{rest}"));
    }
    edited
}

fn in_document(mut document: Value, deleted: &[(String, String)]) -> Value {
    for statement in document["Statement"].as_array_mut().into_iter().flatten() {
        for element in ["Principal", "NotPrincipal"] {
            // Lambda returns an account in this form, although it accepts it only as a text.
            if let Some(account) = statement[element].as_str().filter(|text| is_account(text)) {
                statement[element] = json!({"AWS": account});
            }
            let principal = statement
                .get_mut(element)
                .and_then(Value::as_object_mut)
                .and_then(|kinds: &mut Map<_, _>| kinds.get_mut("AWS"));
            match principal {
                Some(Value::Array(all)) => all.iter_mut().for_each(|one| answered(one, deleted)),
                Some(one) => answered(one, deleted),
                None => {}
            }
        }
    }
    document
}

fn answered(principal: &mut Value, deleted: &[(String, String)]) {
    let Some(text) = principal.as_str() else { return };
    if is_account(text) {
        *principal = format!("arn:aws:iam::{text}:root").into();
    } else if let Some((_, id)) = deleted.iter().find(|(arn, _)| arn == text) {
        *principal = id.as_str().into();
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_becomes_its_root_arn_and_a_deleted_principal_its_id() {
        let deleted = [("arn:aws:iam::123456789012:role/gone".to_owned(), "AROAGONEGONEGONEGONE".to_owned())];
        let given = json!({"Statement": [
            {"Principal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:role/gone"], "Service": "a.b"}},
            {"Principal": "123456789012"},
            {"Principal": "*"},
        ]});
        let root = "arn:aws:iam::123456789012:root";
        let expected = json!({"Statement": [
            {"Principal": {"AWS": [root, "AROAGONEGONEGONEGONE"], "Service": "a.b"}},
            {"Principal": {"AWS": root}},
            {"Principal": "*"},
        ]});
        assert_eq!(in_document(given.clone(), &deleted), expected);
        let encoded = |document: &Value| utf8_percent_encode(&document.to_string(), NON_ALPHANUMERIC).to_string();
        let xml = |document: &Value| format!("<Role>{OPENING}{}</AssumeRolePolicyDocument></Role>", encoded(document));
        assert_eq!(in_trust_policies(&xml(&given), &deleted), xml(&expected));
    }
}
