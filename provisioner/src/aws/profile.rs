//! The shared configuration files, `~/.aws/config` and `~/.aws/credentials`, and the selected profile.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_config::profile::{Profile, ProfileSet, load};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::trust::Bundle;
use crate::error::{Error, Result};

/// The profiles of the shared files, and which of them is selected.
#[derive(Debug)]
pub(super) struct Profiles {
    pub(super) set: ProfileSet,
    /// The profile's name: `--profile`, `AWS_PROFILE` or `default`.
    pub(super) name: String,
    /// The setting that names the profile; `None` for `default`.
    pub(super) named_by: Option<&'static str>,
    files: [PathBuf; 2],
}

/// The minimum similarity at which one name counts as a misspelling of another, from 0 to 1.
const ALIKE: f32 = 0.7;

impl Profiles {
    /// Reads the files.
    ///
    /// # Errors
    /// When one of them exists and cannot be read, or is malformed.
    pub(super) async fn load(env: &Env, fs: &Fs, profile: Option<&str>) -> Result<Self> {
        let files =
            [file(env, "AWS_CONFIG_FILE", ".aws/config"), file(env, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")];
        for path in &files {
            readable(path)?;
        }
        let from_env = || env.get("AWS_PROFILE").ok().filter(|name| !name.is_empty());
        let (name, named_by) = match profile {
            Some(name) => (name.to_owned(), Some("--profile")),
            None => from_env().map_or_else(|| ("default".to_owned(), None), |name| (name, Some("AWS_PROFILE"))),
        };
        let set = load(fs, env, &EnvConfigFiles::default(), Some(Cow::Owned(name.clone()))).await;
        let set = set.map_err(|error| {
            // The SDK's error contains file and line: `error parsing FILE on line 3:\n  Expected an '=' sign …`.
            let cause = super::problem::causes(&error).pop().unwrap_or_default();
            let cause = cause.strip_prefix("error parsing ").unwrap_or(&cause).replace(":\n  ", ": ");
            Error::new("reading the AWS configuration", cause).hint(format!(
                "correct {}: a profile begins with `[profile NAME]` and has lines of `key = value`",
                list(&files)
            ))
        })?;
        Ok(Self { set, name, named_by, files })
    }

    /// The selected profile, if it exists.
    ///
    /// # Errors
    /// When a setting names it and it does not exist.
    pub(super) fn used(&self) -> Result<Option<&Profile>> {
        match (self.set.get_profile(&self.name), self.named_by) {
            (Some(profile), _) => Ok(Some(profile)),
            (None, None) => Ok(None),
            (None, Some(named_by)) => {
                let cause = format!("there is no profile `{}` in {}", self.name, self.files());
                Err(Error::new(format!("using the profile of {named_by}"), cause).hint(self.which_profiles(&self.name)))
            }
        }
    }

    /// The hint for a profile that does not exist.
    pub(super) fn which_profiles(&self, name: &str) -> String {
        let known: Vec<&str> = self.set.profiles().collect();
        let alike = similar::get_close_matches(name, &known, 1, ALIKE);
        let meant = alike.first().map(|known| format!("did you mean `{known}`? ")).unwrap_or_default();
        format!(
            "{meant}name a profile that `aws configure list-profiles` lists; in {} it begins with `[profile NAME]`",
            self.files[0].display()
        )
    }

    /// The paths of the files, for an error.
    pub(super) fn files(&self) -> String {
        list(&self.files)
    }

    /// The certificate authorities that the environment or the profile names.
    pub(super) fn bundle(&self, env: &Env) -> Option<Bundle> {
        let variable = env.get("AWS_CA_BUNDLE").ok().filter(|path| !path.is_empty());
        let from_env = variable.map(|path| Bundle { path: path.into(), named_by: "AWS_CA_BUNDLE".to_owned() });
        from_env.or_else(|| {
            let path = self.set.get("ca_bundle").filter(|path| !path.is_empty())?;
            Some(Bundle { path: path.into(), named_by: format!("`ca_bundle` of the profile `{}`", self.name) })
        })
    }
}

fn file(env: &Env, variable: &str, default: &str) -> PathBuf {
    let home = env.get("HOME").map(PathBuf::from).unwrap_or_default();
    match env.get(variable) {
        Ok(path) => path.strip_prefix("~/").map_or_else(|| PathBuf::from(&path), |below| home.join(below)),
        Err(_) => home.join(default),
    }
}

/// Fails for a file that exists and is not a readable text: the SDK treats it as empty.
fn readable(path: &Path) -> Result<()> {
    match std::fs::read_to_string(path) {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(()),
        Err(error) => Err(Error::new(format!("reading the AWS configuration {}", path.display()), error)
            .hint("make it a text file that you may read, or name another with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE")),
    }
}

fn list([config, credentials]: &[PathBuf; 2]) -> String {
    let there = |path: &Path| if path.exists() { "" } else { " (missing)" };
    let described = |path: &Path| format!("{}{}", path.display(), there(path));
    format!("{} or {}", described(config), described(credentials))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The profiles of a home directory with these files.
    async fn of(config: &str, credentials: &str, profile: Option<&str>) -> Result<Profiles> {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        fs::write(home.path().join(".aws/config"), config).unwrap();
        fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
        let env = Env::from_slice(&[("HOME", home.path().to_str().unwrap())]);
        Profiles::load(&env, &Fs::real(), profile).await
    }

    #[tokio::test]
    async fn a_missing_profile_is_reported_with_a_similar_name() {
        let profiles = of("[profile develop]\nregion = us-east-1\n", "[other]\n", Some("devlop")).await.unwrap();
        let error = profiles.used().unwrap_err().to_string();
        assert!(error.starts_with("using the profile of --profile: there is no profile `devlop` in /"), "{error}");
        assert!(error.contains(".aws/config") && error.contains(".aws/credentials"), "{error}");
        assert!(error.contains("hint: did you mean `develop`? name a profile that `aws configure list"), "{error}");
        assert!(of("", "", None).await.unwrap().used().unwrap().is_none());
        assert!(of("", "[devlop]\n", Some("devlop")).await.unwrap().used().unwrap().is_some());
    }

    #[tokio::test]
    async fn an_invalid_profile_file_is_reported_with_its_line() {
        for (config, cause) in [
            ("[profile dev]\nregion us-east-1\n", "on line 2: Expected an '=' sign defining a property"),
            ("region = us-east-1\n", "on line 1: Expected a profile definition"),
            ("\n[profile dev\n", "on line 2: Profile definition must end with ']'"),
        ] {
            let error = of(config, "", None).await.unwrap_err().to_string();
            assert!(error.starts_with("reading the AWS configuration: /") && error.contains(cause), "{error}");
            assert!(error.contains("hint: correct /"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_unreadable_profile_file_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let env = Env::from_slice(&[("HOME", home.path().to_str().unwrap())]);
        assert!(Profiles::load(&env, &Fs::real(), None).await.is_ok());
        fs::create_dir_all(home.path().join(".aws/config")).unwrap();
        let error = Profiles::load(&env, &Fs::real(), None).await.unwrap_err().to_string();
        assert!(error.contains(".aws/config: Is a directory"), "{error}");
        fs::remove_dir(home.path().join(".aws/config")).unwrap();
        fs::write(home.path().join(".aws/config"), b"[profile d\xe9v]\n").unwrap();
        let error = Profiles::load(&env, &Fs::real(), None).await.unwrap_err().to_string();
        assert!(error.contains("UTF-8"), "{error}");
    }

    #[tokio::test]
    async fn the_certificate_variable_precedes_the_setting_of_the_profile() {
        let profiles = of("[profile dev]\nca_bundle = /own.pem\n", "", Some("dev")).await.unwrap();
        let own = profiles.bundle(&Env::from_slice(&[("AWS_CA_BUNDLE", "")])).unwrap();
        assert_eq!(own, Bundle { path: "/own.pem".into(), named_by: "`ca_bundle` of the profile `dev`".to_owned() });
        let from_env = profiles.bundle(&Env::from_slice(&[("AWS_CA_BUNDLE", "/env.pem")])).unwrap();
        assert_eq!(from_env, Bundle { path: "/env.pem".into(), named_by: "AWS_CA_BUNDLE".to_owned() });
        assert_eq!(of("", "", None).await.unwrap().bundle(&Env::from_slice(&[])), None);
    }
}
