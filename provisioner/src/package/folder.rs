//! A folder as a package: `cdk synth` writes a folder for a function, and `aws cloudformation package` accepts one too.

use std::fs::{self, FileType};
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::result::ZipResult;

use super::Unread;
use super::left_out::{LeftOut, RULES, Refused, is_an_asset};
use super::zip_file::{EXECUTABLE, PLAIN, entry};

/// Zips the content of a folder: the result has the same bytes for the same content, on every machine.
///
/// Files are sorted by name and dated 1980. A file with any executable bit is executable in the zip. The other
/// permissions depend on the umask of the user who created the file, and Lambda must be able to read every file. Links
/// are followed, also out of the folder. Files that [`LeftOut`] excludes are not read.
///
/// # Errors
/// When the folder contains no file, something in it cannot be read or is neither a file nor a folder, or a link refers
/// to a folder that contains the link.
pub(super) fn zip(folder: &Path) -> Result<Vec<u8>, Unread> {
    packed(folder).map_err(|Refused { cause, remedy }| {
        let general = || match is_an_asset(folder) {
            true => "correct that in the CDK app, then run `cdk synth`".to_owned(),
            false => format!("correct that, or exclude it with a line in {}", folder.join(RULES).display()),
        };
        Unread { cause, remedy: remedy.unwrap_or_else(general) }
    })
}

fn packed(folder: &Path) -> Result<Vec<u8>, Refused> {
    let mut found = Found::default();
    collect(folder, "", &mut Vec::new(), &mut LeftOut::of(folder), &mut found)?;
    let Found { mut files, is_any_left_out } = found;
    if files.is_empty() {
        return Err(match is_any_left_out {
            true => Refused::new(
                format!("all files of the folder are excluded, by {RULES} or because they belong to Git"),
                "correct the rules, which leave out the function's code",
            ),
            false => Refused::new("the folder contains no files", "put the function's code into it"),
        });
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let content = fs::read(&file.path).map_err(|error| format!("{}: {error}", file.name))?;
        add(&mut writer, &file, &content).map_err(|error| format!("{}: {error}", file.name))?;
    }
    Ok(writer.finish().map(Cursor::into_inner).map_err(|error| error.to_string())?)
}

/// The content of a folder.
#[derive(Default)]
struct Found {
    files: Vec<File>,
    is_any_left_out: bool,
}

/// A file for the zip.
struct File {
    /// Its name in the zip: its path in the folder, with `/` as separator.
    name: String,
    path: PathBuf,
    executable: bool,
}

fn add(writer: &mut ZipWriter<Cursor<Vec<u8>>>, file: &File, content: &[u8]) -> ZipResult<()> {
    writer.start_file(file.name.as_str(), entry(if file.executable { EXECUTABLE } else { PLAIN }))?;
    Ok(writer.write_all(content)?)
}

/// The files in a folder and its subfolders. `above` contains the folders that enclose it, by their canonical paths.
fn collect(
    folder: &Path,
    prefix: &str,
    above: &mut Vec<PathBuf>,
    left_out: &mut LeftOut,
    all: &mut Found,
) -> Result<(), Refused> {
    let cause = |name: &str, error: std::io::Error| format!("{name}: {error}");
    let itself = folder.canonicalize().map_err(|error| cause(prefix, error))?;
    if above.contains(&itself) {
        return Err(format!("{} points to a folder that contains it", prefix.trim_end_matches('/')).into());
    }
    above.push(itself);
    left_out.enter(folder, prefix)?;
    for found in fs::read_dir(folder).map_err(|error| cause(prefix, error))? {
        let found = found.map_err(|error| cause(prefix, error))?;
        let path = found.path();
        let name = path.file_name().unwrap_or_default();
        // An excluded entry is not inspected: it may be a broken link or a pipe.
        let is_folder = found.file_type().is_ok_and(|kind| kind.is_dir()) || path.is_dir();
        if left_out.has(&path, is_folder) {
            all.is_any_left_out = true;
            continue;
        }
        let Some(name) = name.to_str() else {
            return Err(format!("{prefix}{}: a name in a zip must be UTF-8", name.to_string_lossy()).into());
        };
        let name = format!("{prefix}{name}");
        let what = fs::metadata(&path).map_err(|error| cause(&name, error))?;
        if what.is_dir() {
            collect(&path, &format!("{name}/"), above, left_out, all)?;
        } else if let Some(kind) = not_a_file(what.file_type()) {
            return Err(format!("{name} is {kind}, and only files and folders can be packed").into());
        } else {
            all.files.push(File { name, path, executable: is_executable(&what) });
        }
    }
    left_out.leave();
    above.pop();
    Ok(())
}

/// The type of an entry that is neither a file nor a folder. Reading a pipe or a device may never end.
#[cfg(unix)]
pub(super) fn not_a_file(kind: FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt as _;

    match () {
        () if kind.is_file() || kind.is_dir() => None,
        () if kind.is_fifo() => Some("a named pipe"),
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

#[cfg(not(unix))]
pub(super) fn not_a_file(kind: FileType) -> Option<&'static str> {
    (!kind.is_file() && !kind.is_dir()).then_some("not a file")
}

#[cfg(unix)]
fn is_executable(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    file.permissions().mode() & 0o111 != 0
}

/// Without file modes, every file is executable: a script without the executable bit would fail only on Lambda.
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
    fn a_folder_that_cannot_be_zipped_is_an_error_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let cause = || zip(folder.path()).unwrap_err().cause;
        assert_eq!(cause(), "the folder contains no files");
        fs::create_dir(folder.path().join("a")).unwrap();
        symlink(folder.path(), folder.path().join("a/round")).unwrap();
        assert_eq!(cause(), "a/round points to a folder that contains it");
        fs::remove_file(folder.path().join("a/round")).unwrap();
        symlink("/nowhere", folder.path().join("a/gone")).unwrap();
        assert!(cause().contains("a/gone: No such file"), "{}", cause());
    }

    #[test]
    fn ignored_files_and_the_git_repository_are_excluded() {
        let folder = tempfile::tempdir().unwrap();
        let rules = "# notes\n*.log\n!keep.log\n/build/\ntests/**/data\n";
        put(folder.path(), ".provisionerignore", rules, 0o644);
        for name in ["index.py", "a.log", "keep.log", "build/x", "lib/build/x", "tests/one/data/x", "tests/one/y"] {
            put(folder.path(), name, "", 0o644);
        }
        put(folder.path(), "lib/.provisionerignore", "secret\n!a.log\n", 0o644);
        for name in ["lib/secret", "lib/a.log", "secret", ".git/config", "vendor/.git", ".gitignore"] {
            put(folder.path(), name, "", 0o644);
        }
        symlink("/nowhere", folder.path().join("gone.log")).unwrap();
        let names: Vec<_> = listed(zip(folder.path()).unwrap()).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, [".gitignore", "index.py", "keep.log", "lib/a.log", "lib/build/x", "secret", "tests/one/y"]);
    }

    /// The CDK applies its own `exclude` when it writes the folder, and uploads everything in it.
    #[test]
    fn a_folder_of_the_cdk_is_packed_completely_except_a_git_repository() {
        let folder = tempfile::tempdir().unwrap();
        let asset = folder.path().join(format!("asset.{}", "0a".repeat(32)));
        for name in ["index.py", "notes.log", ".git/config", "vendor/.git"] {
            put(&asset, name, "", 0o644);
        }
        put(&asset, ".provisionerignore", "*.log\n", 0o644);
        let names: Vec<_> = listed(zip(&asset).unwrap()).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, [".provisionerignore", "index.py", "notes.log"]);
    }

    #[test]
    fn a_pipe_or_a_device_is_an_error_and_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "index.py", "", 0o644);
        let pipe = folder.path().join("lib");
        fs::create_dir(&pipe).unwrap();
        let status = std::process::Command::new("mkfifo").arg(pipe.join("pipe")).status().unwrap();
        assert!(status.success());
        let cause = || zip(folder.path()).unwrap_err().cause;
        assert_eq!(cause(), "lib/pipe is a named pipe, and only files and folders can be packed");
        put(folder.path(), ".provisionerignore", "pipe\n", 0o644);
        assert!(zip(folder.path()).is_ok());
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        assert_eq!(cause(), "socket is a socket, and only files and folders can be packed");
        fs::remove_file(folder.path().join("socket")).unwrap();
        symlink("/dev/zero", folder.path().join("zero")).unwrap();
        assert_eq!(cause(), "zero is a device, and only files and folders can be packed");
        assert!(super::super::read(Path::new("/dev/zero")).unwrap_err().cause.contains("it is a device"));
    }

    #[test]
    fn lines_that_git_ignores_are_ignored_and_the_others_count() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["index.py", "a", "z"] {
            put(folder.path(), name, "", 0o644);
        }
        put(folder.path(), ".provisionerignore", "[z-a]\n**\\\na\n", 0o644);
        let names: Vec<_> = listed(zip(folder.path()).unwrap()).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, ["index.py", "z"]);
    }

    #[test]
    fn rules_that_are_not_utf_8_must_be_corrected() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "lib/index.py", "", 0o644);
        let rules = folder.path().join("lib/.provisionerignore");
        fs::write(&rules, b"a\ncaf\xe9\n").unwrap();
        let Unread { cause, remedy } = zip(folder.path()).unwrap_err();
        assert_eq!(
            cause,
            "lib/.provisionerignore: the file is not UTF-8: byte 6 on line 2 belongs to another encoding"
        );
        assert_eq!(remedy, format!("save {} as UTF-8", rules.display()));
        fs::remove_file(&rules).unwrap();
        symlink("/nowhere", folder.path().join("lib/gone")).unwrap();
        let remedy = zip(folder.path()).unwrap_err().remedy;
        assert!(remedy.contains("exclude it with a line in ") && !remedy.contains("lib/"), "{remedy}");
    }

    #[test]
    fn an_empty_or_fully_excluded_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        let unread = zip(folder.path()).unwrap_err();
        assert_eq!(unread.cause, "the folder contains no files");
        assert_eq!(unread.remedy, "put the function's code into it");
        put(folder.path(), "index.py", "", 0o644);
        put(folder.path(), ".provisionerignore", "*\n", 0o644);
        let unread = zip(folder.path()).unwrap_err();
        assert_eq!(
            unread.cause,
            "all files of the folder are excluded, by .provisionerignore or because they belong to Git"
        );
        assert_eq!(unread.remedy, "correct the rules, which leave out the function's code");
    }
}
