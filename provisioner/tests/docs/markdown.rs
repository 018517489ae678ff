//! Parses Markdown files, as far as these tests need it.

use std::fs;
use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The line of its opening fence.
    pub(crate) line: usize,
    /// The text after the fence: a language, and this project's note about the block.
    pub(crate) info: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn read(file: impl AsRef<Path>) -> String {
    let path = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in markdown.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some(Block { line: index + 1, info: info.to_owned(), text: String::new() }),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is never closed: {open:?}");
    blocks
}

/// The targets of a document's links, outside of fenced blocks.
fn links(markdown: &str) -> Vec<String> {
    let mut fenced = false;
    let mut links = Vec::new();
    for line in markdown.lines() {
        fenced ^= line.starts_with("```");
        if !fenced {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            links.extend(targets.map(|(target, _)| target.to_owned()));
        }
    }
    links
}

fn documents() -> Vec<PathBuf> {
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "function/README.md"];
    let mut documents: Vec<PathBuf> = top.map(|file| root().join(file)).into();
    for folder in ["docs", "docs/decisions"] {
        let files = fs::read_dir(root().join(folder)).expect("the folder of documents");
        let files = files.map(|entry| entry.expect("an entry").path());
        documents.extend(files.filter(|file| file.extension().is_some_and(|extension| extension == "md")));
    }
    documents
}

#[test]
fn every_link_into_the_project_has_a_file() {
    let mut checked = 0;
    for document in documents() {
        let folder = document.parent().expect("the document's folder");
        for link in links(&read(&document)) {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(folder.join(file).exists(), "{}: the link to {link} has no target", document.display());
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} links were found");
}

#[test]
fn blocks_are_read_with_their_line_and_their_info() {
    let blocks = blocks("text\n```sh no-run: why\nmake\n```\n```json\n{}\n```\n");
    let parsed: Vec<_> = blocks.iter().map(|block| (block.line, block.info.as_str(), block.text.as_str())).collect();
    assert_eq!(parsed, [(2, "sh no-run: why", "make\n"), (5, "json", "{}\n")]);
}
