//! `docs/architecture.md` prints the layers of the provisioner's modules, and no import points up.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::markdown::{blocks, read, root};

/// The crates of AWS's SDK, as imports name them.
const SDK: &[&str] = &["aws_config", "aws_credential_types", "aws_runtime", "aws_sdk_", "aws_smithy_", "aws_types"];

/// What a module contains, without its tests.
#[derive(Default)]
struct Room {
    files: usize,
    lines: usize,
    /// The lines that are not blank and not a comment.
    code: usize,
    /// The modules that it imports, each with a file that does.
    imports: BTreeMap<String, PathBuf>,
    /// How often it imports another module.
    imported: usize,
    /// Files that import an SDK.
    sdk: BTreeSet<PathBuf>,
}

/// The layers in the document, from the top, each with the modules that may not import each other.
fn layers() -> Vec<Vec<String>> {
    let printed = blocks(&read("docs/architecture.md"));
    let block = printed.into_iter().find(|block| block.info == "text layers").expect("the block `text layers`");
    let names = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    block.text.lines().map(names).collect()
}

fn sources() -> PathBuf {
    std::env::var_os("SOURCES").map_or_else(|| root().join("provisioner/src"), PathBuf::from)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The position after the item that begins the text: after its `;`, or after its block.
fn end_of_item(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The files and folders of the modules that the source declares under `#[cfg(test)]`.
fn test_modules(path: &Path, source: &str) -> Vec<PathBuf> {
    let is_root = path.file_name().is_some_and(|name| ["mod.rs", "lib.rs", "main.rs"].iter().any(|root| name == *root));
    let folder = if is_root { path.with_file_name("") } else { path.with_extension("") };
    let declared = source.split("#[cfg(test)]").skip(1).filter_map(|item| {
        let (item, _) = item.split_once(';')?;
        item.split_once("mod ").map(|(_, name)| name).filter(|name| !name.contains(char::is_whitespace))
    });
    declared.flat_map(|name| [folder.join(name), folder.join(format!("{name}.rs"))]).collect()
}

/// The source without comments and without the items under `#[cfg(test)]`.
fn without_tests(source: &str) -> String {
    let code = source.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    let (mut kept, mut rest) = (String::new(), code.as_str());
    while let Some((before, item)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        // An inline test module is the last item of its file (clippy's `items_after_test_module`), and its texts may
        // contain a brace alone.
        let is_last = item.split_once('{').is_some_and(|(head, _)| head.trim_end().ends_with("mod tests"));
        rest = if is_last { "" } else { item.split_at(end_of_item(item)).1 };
    }
    kept + rest
}

/// The modules after `crate::` and `provisioner::` in the code.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, start) in ["crate::", "provisioner::"].iter().flat_map(|start| code.match_indices(start)) {
        let is_a_part =
            code.split_at(at).0.ends_with(|before: char| before.is_alphanumeric() || "_:`".contains(before));
        if is_a_part {
            continue;
        }
        let rest = code.split_at(at + start.len()).1;
        let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1_usize;
            let mut begins = true;
            for (at, character) in group.char_indices() {
                if begins && depth == 1 && !character.is_whitespace() {
                    found.push(word(group.split_at(at).1));
                    begins = false;
                }
                match character {
                    '{' => depth += 1,
                    '}' if depth == 1 => break,
                    '}' => depth -= 1,
                    ',' if depth == 1 => begins = true,
                    _ => {}
                }
            }
        } else {
            found.push(word(rest));
        }
    }
    found.into_iter().filter(|name| !name.is_empty()).collect()
}

/// Each module of the library and of the program, by name.
fn rooms() -> BTreeMap<String, Room> {
    let sources = sources();
    let mut paths = Vec::new();
    files(&sources, &mut paths);
    let name_of = |path: &Path| -> String {
        let first = path.strip_prefix(&sources).expect("a source").components().next().expect("a name");
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    let names: BTreeSet<String> = paths.iter().map(|path| name_of(path)).collect();
    let text = |path: &PathBuf| fs::read_to_string(path).expect("a source file");
    let tests: Vec<PathBuf> = paths.iter().flat_map(|path| test_modules(path, &text(path))).collect();
    let mut rooms: BTreeMap<String, Room> = BTreeMap::new();
    for path in paths {
        let within = path.strip_prefix(&sources).expect("a source").to_owned();
        let name = name_of(&path);
        // `lib.rs` only declares the modules.
        if name == "lib" || tests.iter().any(|test| path.starts_with(test)) {
            continue;
        }
        let code = without_tests(&text(&path));
        let room = rooms.entry(name.clone()).or_default();
        room.files += 1;
        room.lines += code.lines().count();
        room.code += code.lines().filter(|line| !line.trim().is_empty()).count();
        for import in imports(&code).into_iter().filter(|import| *import != name && names.contains(import)) {
            room.imported += 1;
            room.imports.entry(import).or_insert_with(|| within.clone());
        }
        if SDK.iter().any(|name| code.contains(&format!("use {name}")) || code.contains(&format!(" {name}"))) {
            room.sdk.insert(within);
        }
    }
    rooms
}

#[test]
fn no_import_points_up_in_the_printed_layers() {
    let layers = layers();
    let layer = |name: &str| layers.iter().position(|names| names.iter().any(|one| one == name));
    let mut wrong = Vec::new();
    let rooms = rooms();
    for (name, room) in &rooms {
        let Some(own) = layer(name) else {
            wrong.push(format!("`{name}` is in no layer"));
            continue;
        };
        for (import, file) in &room.imports {
            if layer(import).is_none_or(|other| other <= own) {
                wrong.push(format!("{}: `{name}` imports `{import}`, which is not in a lower layer", file.display()));
            }
        }
    }
    for name in layers.iter().flatten().filter(|name| !rooms.contains_key(*name)) {
        wrong.push(format!("`{name}` is in the document, but is not a module"));
    }
    assert!(wrong.is_empty(), "docs/architecture.md, `text layers`:\n{}", wrong.join("\n"));
    assert!(rooms.values().map(|room| room.imports.len()).sum::<usize>() > 50, "the imports were not found");
}

#[test]
fn only_aws_imports_an_sdk() {
    let rooms = rooms();
    let others = rooms.iter().filter(|(name, _)| *name != "aws").flat_map(|(_, room)| &room.sdk);
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
    assert!(rooms.get("aws").is_some_and(|room| room.sdk.len() > 10), "the imports were not found");
}

#[test]
fn imports_are_read_without_tests_and_comments() {
    let source = "//! [`crate::aws`]\nuse crate::{error::{Error, Result}, plan};\n#[cfg(test)]\nuse crate::status;\n\
                  fn f() { crate::lint::lint(); }\n#[cfg(test)]\nmod tests {\n    use crate::report;\n}\n";
    assert_eq!(imports(&without_tests(source)), ["error", "plan", "lint"]);
}

/// `cargo test --workspace --locked --test docs rooms -- --ignored --nocapture` prints it; `SOURCES=DIR` reads another
/// clone's `provisioner/src`.
#[test]
#[ignore = "it checks nothing: it prints the size of each module"]
#[expect(clippy::print_stdout, reason = "its result is what it prints")]
fn the_rooms_with_their_files_lines_and_imports() {
    let rooms = rooms();
    println!("| module | files | lines | code | imports |\n|---|---|---|---|---|");
    let columns = |room: &Room| [room.files, room.lines, room.code, room.imported];
    let row = |name: &str, [files, lines, code, imports]: [usize; 4]| {
        println!("| {name} | {files} | {lines} | {code} | {imports} |");
    };
    let mut all = [0; 4];
    for (name, room) in &rooms {
        row(name, columns(room));
        all.iter_mut().zip(columns(room)).for_each(|(all, one)| *all += one);
    }
    row("all", all);
}
