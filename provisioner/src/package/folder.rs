//! A folder as a package: what `cdk synth` leaves for a function, and what `aws cloudformation package` takes too.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::result::ZipResult;

use super::zip_file::{EXECUTABLE, PLAIN, entry};

/// Zips what is in a folder: the same bytes for the same content, on every machine.
///
/// Files are in order of their names and dated 1980. A file that somebody may execute stays executable; the rest of a
/// mode follows the umask of whoever made the file, and Lambda must be able to read all of them. Links are followed.
///
/// # Errors
/// When it holds no file, something in it cannot be read, or a link leads back to a folder that it is in.
pub(super) fn zip(folder: &Path) -> Result<Vec<u8>, String> {
    let mut files = Vec::new();
    collect(folder, "", &mut Vec::new(), &mut files)?;
    if files.is_empty() {
        return Err("the folder holds no file".to_owned());
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let content = fs::read(&file.path).map_err(|error| format!("{}: {error}", file.name))?;
        add(&mut writer, &file, &content).map_err(|error| format!("{}: {error}", file.name))?;
    }
    writer.finish().map(Cursor::into_inner).map_err(|error| error.to_string())
}

/// A file that goes into the zip.
struct File {
    /// Its name there: its path in the folder, with `/` between.
    name: String,
    path: PathBuf,
    executable: bool,
}

fn add(writer: &mut ZipWriter<Cursor<Vec<u8>>>, file: &File, content: &[u8]) -> ZipResult<()> {
    writer.start_file(file.name.as_str(), entry(if file.executable { EXECUTABLE } else { PLAIN }))?;
    Ok(writer.write_all(content)?)
}

/// The files in a folder and below it. `above` are the folders that it is in, by their true paths.
fn collect(folder: &Path, prefix: &str, above: &mut Vec<PathBuf>, files: &mut Vec<File>) -> Result<(), String> {
    let told = |name: &str, error: std::io::Error| format!("{name}: {error}");
    let itself = folder.canonicalize().map_err(|error| told(prefix, error))?;
    if above.contains(&itself) {
        return Err(format!("{} leads back to a folder that it is in", prefix.trim_end_matches('/')));
    }
    above.push(itself);
    for found in fs::read_dir(folder).map_err(|error| told(prefix, error))? {
        let path = found.map_err(|error| told(prefix, error))?.path();
        let name = path.file_name().unwrap_or_default();
        let Some(name) = name.to_str() else {
            return Err(format!("{prefix}{}: a name in a zip must be UTF-8", name.to_string_lossy()));
        };
        let name = format!("{prefix}{name}");
        let what = fs::metadata(&path).map_err(|error| told(&name, error))?;
        if what.is_dir() {
            collect(&path, &format!("{name}/"), above, files)?;
        } else {
            files.push(File { name, path, executable: is_executable(&what) });
        }
    }
    above.pop();
    Ok(())
}

#[cfg(unix)]
fn is_executable(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    file.permissions().mode() & 0o111 != 0
}

/// Without modes to go by, everything may be executed: a script that may not be would be noticed on Lambda only.
#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn put(folder: &Path, name: &str, content: &str, mode: u32) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Name, mode and content of each file in a zip.
    fn listed(zip: Vec<u8>) -> Vec<(String, Option<u32>, String)> {
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut all = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let content = std::io::read_to_string(&mut file).unwrap();
            all.push((file.name().unwrap().into_owned(), file.unix_mode(), content));
        }
        all
    }

    #[test]
    fn the_same_content_gives_the_same_bytes_whenever_and_under_whatever_umask_it_was_written() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        put(one.path(), "b/run.sh", "run", 0o755);
        put(one.path(), "index.py", "code", 0o644);
        put(other.path(), "index.py", "code", 0o600);
        put(other.path(), "b/run.sh", "run", 0o700);
        fs::File::open(other.path().join("index.py")).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(zip(one.path()).unwrap(), zip(other.path()).unwrap());
        put(other.path(), "index.py", "other", 0o600);
        assert_ne!(zip(one.path()).unwrap(), zip(other.path()).unwrap());
    }

    #[test]
    fn files_are_readable_by_lambda_in_order_and_executable_where_they_were() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "z", "last", 0o600);
        put(folder.path(), "bin/tool", "tool", 0o711);
        put(folder.path(), ".hidden", "first", 0o644);
        fs::create_dir(folder.path().join("empty")).unwrap();
        symlink(folder.path().join("z"), folder.path().join("link")).unwrap();
        let file = |name: &str, mode: u32, content: &str| (name.to_owned(), Some(0o100_000 | mode), content.to_owned());
        assert_eq!(
            listed(zip(folder.path()).unwrap()),
            [
                file(".hidden", 0o644, "first"),
                file("bin/tool", 0o755, "tool"),
                file("link", 0o644, "last"),
                file("z", 0o644, "last"),
            ]
        );
    }

    #[test]
    fn what_cannot_be_zipped_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let cause = || zip(folder.path()).unwrap_err();
        assert_eq!(cause(), "the folder holds no file");
        fs::create_dir(folder.path().join("a")).unwrap();
        symlink(folder.path(), folder.path().join("a/round")).unwrap();
        assert_eq!(cause(), "a/round leads back to a folder that it is in");
        fs::remove_file(folder.path().join("a/round")).unwrap();
        symlink("/nowhere", folder.path().join("a/gone")).unwrap();
        assert!(cause().contains("a/gone: No such file"), "{}", cause());
    }
}
