//! Networks with a proxy and a certificate authority of their own. No variable names an endpoint here: the program asks
//! the hosts of AWS, and the proxy leads to MiniStack.

use std::fs;
use std::path::Path;

use crate::support::account::{Account, REGION, SECRET};
use crate::support::cli::{Cli, Run};
use crate::support::connect_proxy::{ConnectProxy, Manner};

const PLAN: [&str; 3] = ["plan", "--template", "templates/local-catalog.yaml"];

/// The program with keys, at a machine that reaches AWS by a proxy only.
fn cli(account: &Account, home: &Path) -> Cli {
    Cli::empty()
        .env("HOME", home)
        .env("AWS_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", account.access_key())
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
}

#[track_caller]
fn tells(run: &Run, parts: &[&str]) {
    for part in parts {
        assert!(run.stderr.contains(part), "no `{part}` in {run:?}");
    }
}

#[tokio::test]
async fn every_call_goes_through_the_proxy_under_the_certificates_that_are_named() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Ask("me:s3cr@t")).await;
    let bundle = proxy.bundle(home.path());
    let by_variable =
        cli(&account, home.path()).env("HTTPS_PROXY", proxy.url("me:s3cr%40t@")).env("AWS_CA_BUNDLE", &bundle);
    let run = by_variable.run(PLAN).await.expect_success();
    assert!(run.stdout.contains("1 to create"), "{run:?}");
    let hosts = proxy.hosts();
    for host in ["sts.us-east-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com", "iam.amazonaws.com"] {
        assert!(hosts.iter().any(|one| one == host), "no {host} in {hosts:?}");
    }
    fs::create_dir(home.path().join(".aws")).unwrap();
    let profile = format!(
        "[profile dev]\nca_bundle = {}\naws_access_key_id = {}\naws_secret_access_key = {SECRET}\n",
        bundle.display(),
        account.access_key()
    );
    fs::write(home.path().join(".aws/config"), profile).unwrap();
    let by_profile = cli(&account, home.path()).env("https_proxy", proxy.url("me:s3cr%40t@"));
    by_profile.run(PLAN.iter().chain(&["--profile", "dev"])).await.expect_success();
}

/// The roles of a profile are assumed by the way that all else goes.
#[tokio::test]
async fn credentials_are_fetched_through_the_proxy_too() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Refuse(403)).await;
    fs::create_dir_all(home.path().join(".aws")).unwrap();
    let config = "[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/deployer\nsource_profile = base\n\
                  [profile base]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n";
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let cli = cli(&account, home.path()).env("HTTPS_PROXY", proxy.url(""));
    let run = cli.run(PLAN.iter().chain(&["--profile", "dev"])).await.expect_code(1);
    tells(&run, &["refuses to connect to sts.us-east-1.amazonaws.com", "nothing was changed"]);
    assert_eq!(proxy.hosts(), ["sts.us-east-1.amazonaws.com"]);
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_is_not_known_names_the_variable() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Connect).await;
    let run = cli(&account, home.path()).env("HTTPS_PROXY", proxy.url("")).run(PLAN).await.expect_code(1);
    tells(&run, &["is not trusted: invalid peer certificate", "nothing was changed", "AWS_CA_BUNDLE or `ca_bundle`"]);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_as_that_and_without_its_password() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let asks = ConnectProxy::before(account.endpoint(), Manner::Ask("me:right")).await;
    let refuses = ConnectProxy::before(account.endpoint(), Manner::Refuse(403)).await;
    for (url, parts) in [
        (asks.url(""), ["asks for a user and password (status 407)", "hint: write them in HTTPS_PROXY"]),
        (
            asks.url("me:wr0ng@"),
            ["does not accept the user and password (status 407)", "hint: correct them in HTTPS_PROXY"],
        ),
        (refuses.url("me:wr0ng@"), ["refuses to connect to ", "hint: have the proxy allow "]),
        ("http://me:wr0ng@127.0.0.1:1".to_owned(), ["could not be reached", "hint: check HTTPS_PROXY, or unset it"]),
        (
            "ftp://me:wr0ng@proxy".to_owned(),
            ["HTTPS_PROXY names a proxy that is neither", "hint: write HTTPS_PROXY as"],
        ),
    ] {
        let run = cli(&account, home.path()).env("HTTPS_PROXY", url).run(PLAN).await.expect_code(1);
        tells(&run, &parts);
        tells(&run, &["nothing was changed"]);
        assert!(!run.stderr.contains("wr0ng"), "{run:?}");
    }
    let run = cli(&account, home.path()).env("AWS_CA_BUNDLE", "/nowhere.pem").run(PLAN).await.expect_code(1);
    tells(&run, &["reading the certificate authorities in /nowhere.pem", "hint: AWS_CA_BUNDLE must name a file"]);
}

#[tokio::test]
async fn an_emulator_on_this_machine_is_reached_without_the_proxy() {
    let account = Account::fresh();
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Refuse(403)).await;
    let cli = Cli::new(&account).env("HTTP_PROXY", proxy.url("")).env("ALL_PROXY", proxy.url(""));
    cli.run(PLAN).await.expect_success();
    assert_eq!(proxy.hosts(), [""; 0]);
}
