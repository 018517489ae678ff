//! Generated names for resources without a name in the template: derived from the stack's name and the logical id, and
//! the same in every run.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};
use sha2::{Digest as _, Sha256};

use super::tags::OwnershipTag;

/// The length of the digest that replaces the omitted part of a shortened name.
const DIGEST: usize = 12;

/// The maximum length of the logical id in a shortened name, as in CloudFormation.
const LOGICAL_ID: usize = 24;

/// The physical name of a resource without a name in the template: `STACK-LOGICALID`.
///
/// A name that is longer than `most` characters, AWS's maximum, is shortened and ends with a digest of the whole name,
/// as CloudFormation's names end with random characters.
pub(super) fn default_name(name: &mut String, tag: &OwnershipTag, most: usize) {
    if name.is_empty() {
        // At most half of a short name, so that the stack's name keeps a part and the name begins with its letter.
        let kept = LOGICAL_ID.min(most.saturating_sub(DIGEST + 2) / 2);
        *name = joined(&tag.stack, &tag.logical_id, most, kept);
    }
}

/// Reads a name that a template gives.
///
/// An empty name is refused, as in CloudFormation: it is not the same as an absent name, and a parameter that is empty
/// by mistake would otherwise create another resource.
///
/// A field with this deserializer is not written while it is empty (`skip_serializing_if`): [`super::fill`] writes a
/// resource and reads it back.
pub(super) fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    match name.is_empty() {
        true => Err(D::Error::custom("a name must not be empty; without one it is generated from the stack's name")),
        false => Ok(name),
    }
}

/// `STACK-LOGICALID` in `most` characters. If it must be shortened, at least `kept` characters of the logical id are
/// kept in preference to the stack's name.
pub(super) fn joined(stack: &str, logical_id: &str, most: usize, kept: usize) -> String {
    let whole = format!("{stack}-{logical_id}");
    if whole.len() <= most {
        return whole;
    }
    let digest: String = Sha256::digest(&whole).iter().map(|byte| format!("{byte:02x}")).collect();
    let room = most.saturating_sub(DIGEST + 2);
    if room < 2 {
        return start(&digest, most).to_owned();
    }
    let logical_id = start(logical_id, room.saturating_sub(stack.len()).max(kept.min(room)));
    let stack = start(stack, room - logical_id.len()).trim_end_matches('-');
    format!("{stack}-{logical_id}-{}", &digest[..DIGEST])
}

/// The first characters of a name. Names of stacks and resources are ASCII.
fn start(name: &str, most: usize) -> &str {
    name.get(..most).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(stack: &str, logical_id: &str, most: usize) -> String {
        let tag = OwnershipTag { stack: stack.to_owned(), region: String::new(), logical_id: logical_id.to_owned() };
        let mut name = String::new();
        default_name(&mut name, &tag, most);
        name
    }

    #[test]
    fn a_name_that_fits_consists_of_the_two_names_only() {
        assert_eq!(named("chat", "Function", 64), "chat-Function");
        assert_eq!(named(&"s".repeat(55), "Function", 64), format!("{}-Function", "s".repeat(55)));
        let mut given = "mine".to_owned();
        let tag = OwnershipTag { stack: "s".repeat(90), region: String::new(), logical_id: "Function".to_owned() };
        default_name(&mut given, &tag, 64);
        assert_eq!(given, "mine");
    }

    #[test]
    fn a_name_that_is_too_long_is_shortened_and_ends_with_a_digest_of_the_whole() {
        let stack = "a-stack-whose-name-is-as-long-as-names-of-branches-tend-to-be";
        assert_eq!(named(stack, "Function", 64), "a-stack-whose-name-is-as-long-as-names-of-Function-44d8f51e4e72");
        assert_eq!(named(stack, "Function", 64), named(stack, "Function", 64));
        let long = "TheFunctionThatRecommendsFilmsToPeopleWhoAskForThem";
        assert!(named(stack, long, 64).contains("-TheFunctionThatRecommend-"), "{}", named(stack, long, 64));
        assert!(
            named("chat", long, 50).starts_with("chat-TheFunctionThatRecommendsFilm"),
            "{}",
            named("chat", long, 50)
        );
    }

    #[test]
    fn a_short_name_keeps_a_part_of_both_names_and_one_without_room_is_the_digest() {
        let long = "TheFunctionThatRecommendsFilms";
        for (stack, begins, length) in
            [("chat", "chat-TheFunctionTha-", 32), ("a-long-stack", "a-long-st-TheFuncti-", 32)]
        {
            let name = named(stack, long, 32);
            assert!(name.starts_with(begins) && name.len() == length, "{name}");
        }
        let digest = named("chat", long, 15);
        assert!(digest.len() == 15 && digest.chars().all(|one| one.is_ascii_hexdigit()), "{digest}");
    }

    proptest! {
        #[test]
        fn every_name_fits_and_two_resources_never_share_one(
            stack in "[a-zA-Z][a-zA-Z0-9-]{0,127}", one in "[a-zA-Z0-9]{1,255}", other in "[a-zA-Z0-9]{1,255}",
            most in prop::sample::select(vec![14_usize, 16, 32, 64, 128, 255, 512]),
        ) {
            let (first, second) = (named(&stack, &one, most), named(&stack, &other, most));
            prop_assert!(first.len() <= most, "{first}");
            prop_assert!(first.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{first}");
            prop_assert_eq!(first == second, one == other);
        }
    }
}
