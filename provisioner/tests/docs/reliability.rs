//! All tests that the page of guarantees names exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::markdown::{read, root};

/// Collects the names of all tests under a folder: the function after each `#[test]` or `#[tokio::test…]`.
fn tests_under(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tests_under(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            let after = source.split("#[test]").skip(1).chain(source.split("#[tokio::test").skip(1));
            let name = |text: &str| text.split_once("fn ")?.1.split_once('(').map(|(name, _)| name.to_owned());
            names.extend(after.filter_map(name));
        }
    }
}

#[test]
fn every_test_that_the_promises_name_exists() {
    let mut names = BTreeSet::new();
    for folder in ["provisioner/src", "provisioner/tests"] {
        tests_under(&root().join(folder), &mut names);
    }
    let page = read("docs/reliability.md");
    let is_a_test = |text: &&str| {
        text.matches('_').count() > 2 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let named: Vec<&str> = page.split('`').filter(is_a_test).collect();
    assert!(named.len() > 20, "only {named:?} were found");
    let missing: Vec<_> = named.iter().filter(|name| !names.contains(**name)).collect();
    assert!(missing.is_empty(), "docs/reliability.md names tests that do not exist: {missing:?}");
}

#[test]
fn each_promise_names_a_test() {
    let page = read("docs/reliability.md");
    let promises =
        page.lines().skip_while(|line| *line != "|---|---|").skip(1).take_while(|line| line.starts_with('|'));
    for promise in promises {
        assert!(promise.matches('`').count() >= 2, "{promise}");
    }
}
