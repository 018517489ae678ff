use std::fs;

use aws_types::os_shim_internal::Fs;

use super::*;

/// The source with this `~/.aws/config` and these variables.
async fn of(config: &str, variables: &[(&str, &str)], profile: Option<&str>) -> Result<Source> {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let home = home.path().to_str().unwrap();
    let variables: Vec<_> = variables.iter().copied().chain([("HOME", home)]).collect();
    let env = Env::from_slice(&variables);
    Source::of(&env, &Profiles::load(&env, &Fs::real(), profile).await?)
}

async fn refusal(config: &str, profile: &str) -> String {
    of(config, &[], Some(profile)).await.unwrap_err().to_string()
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "secret")];
const DEV: &str = "[profile dev]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n";

fn chain(profile: &str, base_profile: &str, base: Base) -> Source {
    Source::Profile(Chain {
        profile: profile.to_owned(),
        roles: Vec::new(),
        base_profile: base_profile.to_owned(),
        base,
    })
}

#[tokio::test]
async fn keys_in_the_environment_precede_profiles_without_the_profile_option() {
    assert_eq!(of(DEV, &KEYS, None).await, Ok(Source::Environment));
    let by_variable = [KEYS[0], KEYS[1], ("AWS_PROFILE", "dev")];
    assert_eq!(of(DEV, &by_variable, None).await, Ok(Source::Environment));
    assert_eq!(of(DEV, &KEYS, Some("dev")).await, Ok(chain("dev", "dev", Base::Keys)));
    assert_eq!(of(DEV, &[("AWS_PROFILE", "dev")], None).await, Ok(chain("dev", "dev", Base::Keys)));
}

#[tokio::test]
async fn sources_are_tried_in_order_down_to_the_machine() {
    let token = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t");
    let container = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/");
    let role = ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r");
    assert_eq!(of("", &[], None).await, Ok(Source::Machine(None)));
    assert_eq!(of("[default]\nregion = us-east-1\n", &[token, role, container], None).await, Ok(Source::WebIdentity));
    assert_eq!(of("", &[container], None).await, Ok(Source::Container));
    assert_eq!(of("", &[("AWS_ACCESS_KEY_ID", " ")], None).await, Ok(Source::Machine(None)));
}

#[tokio::test]
async fn a_profile_with_only_a_region_uses_the_container_or_the_machine() {
    let config = "[profile dev]\nregion = us-east-1\n";
    let container = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/");
    let of_dev = || Ok(Source::Machine(Some("dev".to_owned())));
    assert_eq!(of(config, &[container], Some("dev")).await, Ok(Source::Container));
    assert_eq!(of(config, &[container, ("AWS_PROFILE", "dev")], None).await, Ok(Source::Container));
    assert_eq!(of(config, &[], Some("dev")).await, of_dev());
    assert_eq!(of(config, &[("AWS_PROFILE", "dev")], None).await, of_dev());
    let of_environment = [KEYS[0], KEYS[1], ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"), ("AWS_ROLE_ARN", "r")];
    assert_eq!(of(config, &of_environment, Some("dev")).await, of_dev(), "--profile passes over the environment");
}

#[tokio::test]
async fn a_web_identity_token_without_its_role_names_the_variable_that_is_missing() {
    let error = of("", &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")], None).await.unwrap_err().to_string();
    assert!(error.contains("AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not"), "{error}");
    assert!(error.contains("hint: set AWS_ROLE_ARN to the role that the token is for"), "{error}");
}

#[tokio::test]
async fn half_of_a_key_pair_is_an_error() {
    let error_of = async |variables: &[(&str, &str)]| of("", variables, None).await.unwrap_err().to_string();
    let error = error_of(&KEYS[..1]).await;
    assert!(error.contains("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"), "{error}");
    assert!(error.contains("hint: set AWS_SECRET_ACCESS_KEY too"), "{error}");
    assert!(error_of(&KEYS[1..]).await.contains("AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not"));
    let error = refusal("[profile dev]\naws_access_key_id = AKIA\n", "dev").await;
    assert!(error.contains("using the profile `dev`: it has `aws_access_key_id` and no `aws_secret_"), "{error}");
    assert!(error.contains("hint: add `aws_secret_access_key`, or set both with `aws configure"), "{error}");
}

#[tokio::test]
async fn every_type_of_profile_is_recognised() {
    let kind = async |lines: &str| match of(&format!("[profile dev]\n{lines}\n"), &[], Some("dev")).await {
        Ok(Source::Profile(chain)) => chain.base,
        other => panic!("{lines}: {other:?}"),
    };
    assert_eq!(kind("login_session = arn:aws:iam::123456789012:user/dev").await, Base::Login);
    assert_eq!(kind("credential_process = /bin/true").await, Base::Process);
    let sso = "sso_start_url = https://x\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = Dev";
    assert_eq!(kind(sso).await, Base::Sso);
    let token = "role_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = /t";
    assert_eq!(kind(token).await, Base::WebIdentity("/t".to_owned()));
    let named = "role_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment";
    assert_eq!(kind(named).await, Base::Named("Environment".to_owned()));
}

#[tokio::test]
async fn roles_of_a_chain_are_listed_in_the_order_of_assumption() {
    let config = format!(
        "{DEV}[profile one]\nrole_arn = r1\nsource_profile = dev\nmfa_serial = m1\n\
         [profile two]\nrole_arn = r2\nsource_profile = one\nexternal_id = e2\nduration_seconds = 900\n"
    );
    let Ok(Source::Profile(chain)) = of(&config, &[], Some("two")).await else { panic!("no profile") };
    assert_eq!((chain.base_profile.as_str(), &chain.base), ("dev", &Base::Keys));
    let roles: Vec<_> = chain.roles.iter().map(|role| (role.arn.as_str(), role.mfa_serial.as_deref())).collect();
    assert_eq!(roles, [("r1", Some("m1")), ("r2", None)]);
    assert_eq!((chain.roles[1].external_id.as_deref(), chain.roles[1].duration), (Some("e2"), Some(900)));
    assert!(chain.needs_a_code());
}

#[tokio::test]
async fn a_profile_without_credentials_is_an_error_with_a_hint() {
    for (config, cause, hint) in [
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n",
            "form a circle: `a` → `b` → `a`",
            "hint: set credentials or another `source_profile`",
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = basee\n[profile base]\n",
            "using the profile `a`: its `source_profile` is `basee`, which does not exist",
            "hint: did you mean `base`?",
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nregion = us-east-1\n",
            "its `source_profile`, `b`, has no credentials",
            "hint: log in with `aws login --profile b`",
        ),
        (
            "[profile a]\nrole_arn = r\n",
            "but neither `source_profile` nor `credential_source`",
            "hint: set `source_profile` to a profile",
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = a\ncredential_source = Environment\n",
            "it has both `source_profile` and `credential_source`",
            "hint: remove one",
        ),
        (
            "[profile a]\nrole_arn = r\ncredential_source = Env\n",
            "its `credential_source` is `Env`",
            "hint: write `Env",
        ),
        ("[profile a]\nsso_session = w\n", "there is no `[sso-session w]`", "hint: configure it again with `aws conf"),
        ("[profile a]\nsso_account_id = 1\nsso_role_name = r\n", "it has no `sso_start_url`", "hint: configure it"),
        ("[profile a]\nweb_identity_token_file = /t\n", "and no `role_arn`", "hint: add the role"),
        (
            "[profile a]\nrole_arn = r\nsource_profile = a\nduration_seconds = 1h\n",
            "its `duration_seconds` is `1h`, which is not a number",
            "hint: write it as seconds",
        ),
    ] {
        let error = refusal(config, "a").await;
        assert!(error.contains(cause) && error.contains(hint), "{error}");
    }
}
