//! The versions that an alias pointed to before, newest first (the rollback targets), and the newest version from
//! before the stack.
//!
//! The alias's description stores them, after the ownership tag: the versions themselves do not show which of them
//! callers ever got, nor which tool published them.

/// The key in a description.
const WORD: &str = "provisioner:before";

/// The key for the newest version that the stack did not publish.
const SINCE: &str = "provisioner:since";

/// How many versions are stored: as many as are kept of each function by default.
const MOST: usize = 5;

/// The maximum length of both words in a description, with versions of seven digits.
pub(crate) const LENGTH: usize = 1 + WORD.len() + MOST * (1 + 7) + 1 + SINCE.len() + 1 + 7;

/// Lambda's qualifier for the unpublished function, which is not a rollback target.
pub(crate) const LATEST: &str = "$LATEST";

/// A description without these words, and the versions that the first one stores.
pub fn split(description: &str) -> (String, Vec<String>) {
    let mut before = Vec::new();
    let mut rest = Vec::new();
    for word in description.split(' ') {
        match (value_of(word, WORD), value_of(word, SINCE)) {
            (Some(versions), _) => before.extend(versions.split(',').map(str::to_owned)),
            (None, None) => rest.push(word),
            (None, Some(_)) => {}
        }
    }
    (rest.join(" "), before)
}

/// The newest version that existed before the stack published any, if the description stores one.
pub fn since(description: &str) -> Option<u64> {
    description.split(' ').find_map(|word| value_of(word, SINCE)?.parse().ok())
}

fn value_of<'a>(word: &'a str, name: &str) -> Option<&'a str> {
    word.strip_prefix(name)?.strip_prefix('=')
}

/// The description with these words.
pub(super) fn join(description: &str, before: &[String], since: Option<u64>) -> String {
    let mut whole = description.to_owned();
    if !before.is_empty() {
        whole.push_str(&format!(" {WORD}={}", before.join(",")));
    }
    if let Some(number) = since {
        whole.push_str(&format!(" {SINCE}={number}"));
    }
    whole
}

/// The versions to store when an alias that points to `now`, and pointed to `before` earlier, is pointed to `next`.
pub fn after_leaving(now: &str, before: &[String], next: &str) -> Vec<String> {
    let mut all = vec![now.to_owned()];
    all.extend(before.iter().filter(|version| *version != now).cloned());
    all.retain(|version| version != next && version != LATEST);
    all.truncate(MOST);
    all
}

/// The versions to store when an alias is rolled back to `next`: those that it pointed to before `next`.
///
/// Later versions were abandoned for a reason. For a version that is not stored, only its number shows which versions
/// preceded it.
pub fn after_going_back(before: &[String], next: &str) -> Vec<String> {
    if let Some(at) = before.iter().position(|version| version == next) {
        return before[at + 1..].to_vec();
    }
    let number = |version: &str| version.parse::<u64>().ok();
    before.iter().filter(|version| number(version) < number(next)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_served_versions_are_read_back_after_the_ownership_tag() {
        let tag = "provisioner:stack=chat provisioner:resource=Alias";
        let before = ["8".to_owned(), "3".to_owned()];
        let description = join(tag, &before, Some(7));
        assert_eq!(description, format!("{tag} provisioner:before=8,3 provisioner:since=7"));
        assert_eq!((split(&description), since(&description)), ((tag.to_owned(), before.to_vec()), Some(7)));
        assert_eq!((split(tag), since(tag)), ((tag.to_owned(), Vec::new()), None));
        assert_eq!(join(tag, &[], None), tag);
        let longest = vec!["1234567".to_owned(); MOST];
        assert_eq!(join(tag, &longest, Some(1_234_567)).len(), tag.len() + LENGTH);
    }

    #[test]
    fn each_version_is_remembered_once_and_the_newest_first() {
        let before = |versions: &[&str]| versions.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        assert_eq!(after_leaving("9", &before(&["8", "3"]), "14"), before(&["9", "8", "3"]));
        assert_eq!(after_leaving("9", &before(&["9", "8"]), "8"), before(&["9"]), "as a canary has left it");
        assert_eq!(after_leaving("$LATEST", &before(&["2"]), "3"), before(&["2"]));
        assert_eq!(after_leaving("6", &before(&["5", "4", "3", "2", "1"]), "7"), before(&["6", "5", "4", "3", "2"]));
        assert_eq!(after_going_back(&before(&["9", "8", "3"]), "8"), before(&["3"]));
        assert_eq!(after_going_back(&before(&["9", "3"]), "4"), before(&["3"]));
    }
}
