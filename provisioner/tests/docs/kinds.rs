//! `docs/adding-a-resource-kind.md` names files that exist, and each kind has those that every kind has.

use std::fs;

use crate::markdown::{read, root};

/// The paths of the repository in backticks.
fn paths(guide: &str) -> Vec<String> {
    let quoted = guide.split('`').skip(1).step_by(2).filter(|text| !text.contains(char::is_whitespace));
    let is_path = |text: &&str| text.contains('/') && ["provisioner/", "docs/"].iter().any(|top| text.starts_with(top));
    quoted.filter(is_path).map(|text| text.trim_end_matches('…').to_owned()).collect()
}

#[test]
fn the_guide_to_a_resource_kind_names_files_that_exist_for_each_kind() {
    let guide = read("docs/adding-a-resource-kind.md");
    let source = read("provisioner/src/resources.rs");
    let listed = source.split_once("\nkinds! {").expect("the list of kinds").1.split_once("\n}").expect("its end").0;
    let kinds: Vec<_> = listed.lines().filter_map(|line| line.trim().split_once("::")).collect();
    assert!(kinds.len() > 13, "{kinds:?}");
    let paths = paths(&guide);
    assert!(paths.len() > 12, "{paths:?}");
    let exists = |path: &str| root().join(path).exists();
    for path in paths.iter().filter(|path| !path.contains("SERVICE")) {
        for (kind, _) in &kinds {
            let path = path.replace("KIND", kind);
            assert!(exists(&path) || exists(&path.replace(".rs", "/mod.rs")), "{path} does not exist");
        }
    }
    // Every kind but the last, which stands for all kinds without a type, has its line in these files.
    for (kind, name) in &kinds[..kinds.len() - 1] {
        let name = name.trim_end_matches(',');
        let source = fs::read_to_string(root().join(format!("provisioner/src/resources/{kind}.rs"))).expect("its file");
        let of = format!("impl Kind for {name} ");
        assert!(source.contains(&of), "{kind}.rs has no `{of}`");
        let kind = source.split_once("const TYPE: &'static str = \"").expect("its type").1.split('"').next();
        let kind = kind.expect("the end of the text");
        let least = read("provisioner/src/resources/filling.rs");
        assert!(least.contains(&format!("\"{kind}\" =>")), "filling.rs has no {kind}");
    }
}
