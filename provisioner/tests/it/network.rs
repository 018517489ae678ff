//! Networks with a proxy and a private certificate authority. No variable names an endpoint here: the program calls the
//! hosts of AWS, and the proxy forwards the calls to MiniStack.

use std::fs;
use std::path::Path;

use crate::support::account::{Account, REGION, SECRET};
use crate::support::answering::Answering;
use crate::support::cli::{Cli, Run};
use crate::support::connect_proxy::{ConnectProxy, Manner};

const PLAN: [&str; 3] = ["plan", "--template", "templates/local-catalog.yaml"];

/// The program with keys, on a machine that reaches AWS only through a proxy.
fn cli(account: &Account, home: &Path) -> Cli {
    Cli::empty()
        .env("HOME", home)
        .env("AWS_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", account.access_key())
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
}

#[track_caller]
fn assert_stderr(run: &Run, parts: &[&str]) {
    for part in parts {
        assert!(run.stderr.contains(part), "no `{part}` in {run:?}");
    }
}

#[tokio::test]
async fn every_call_uses_the_proxy_and_the_configured_certificates() {
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

/// The roles of a profile are assumed over the same connection as all other calls.
#[tokio::test]
async fn requests_for_credentials_use_the_proxy() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Refuse(403)).await;
    fs::create_dir_all(home.path().join(".aws")).unwrap();
    let config = "[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/deployer\nsource_profile = base\n\
                  [profile base]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n";
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let cli = cli(&account, home.path()).env("HTTPS_PROXY", proxy.url(""));
    let run = cli.run(PLAN.iter().chain(&["--profile", "dev"])).await.expect_code(1);
    assert_stderr(&run, &["refuses to connect to sts.us-east-1.amazonaws.com", "nothing was changed"]);
    assert_eq!(proxy.hosts(), ["sts.us-east-1.amazonaws.com"]);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_names_the_variable() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Connect).await;
    let run = cli(&account, home.path()).env("HTTPS_PROXY", proxy.url("")).run(PLAN).await.expect_code(1);
    assert_stderr(
        &run,
        &["is not trusted: invalid peer certificate", "nothing was changed", "AWS_CA_BUNDLE or `ca_bundle`"],
    );
}

#[tokio::test]
async fn a_refusal_of_the_proxy_is_reported_without_its_password() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let demanding = ConnectProxy::before(account.endpoint(), Manner::Ask("me:right")).await;
    let refusing = ConnectProxy::before(account.endpoint(), Manner::Refuse(403)).await;
    let unconnected = ConnectProxy::before(account.endpoint(), Manner::Refuse(502)).await;
    let no_proxy = Answering::raw("<html>hello</html>\n").await;
    for (url, parts) in [
        (demanding.url(""), ["requires a user and password (status 407)", "hint: write them in HTTPS_PROXY"]),
        (
            demanding.url("me:wr0ng@"),
            ["does not accept the user and password (status 407)", "hint: correct them in HTTPS_PROXY"],
        ),
        (refusing.url("me:wr0ng@"), [".amazonaws.com (status 403)", "hint: allow "]),
        (
            unconnected.url("me:wr0ng@"),
            ["answered 502: it cannot reach ", "hint: check the region (`--region`, AWS_REGION) and"],
        ),
        (
            no_proxy.url().replace("://", "://me:wr0ng@"),
            ["the server at the proxy address http://127.0.0.1:", "hint: set HTTPS_PROXY to an HTTP proxy"],
        ),
        (
            format!("https://me:wr0ng@{}", no_proxy.address()),
            ["does not speak TLS", "hint: write HTTPS_PROXY as http://HOST:PORT"],
        ),
        (
            "http://me:wr0ng@127.0.0.1:99999".to_owned(),
            ["HTTPS_PROXY names a port that is not", "hint: write HTTPS_PROXY as"],
        ),
        ("http://me:wr0ng@127.0.0.1:1".to_owned(), ["could not be reached", "hint: check HTTPS_PROXY, or unset it"]),
        (
            "ftp://me:wr0ng@proxy".to_owned(),
            ["HTTPS_PROXY names a proxy that is neither", "hint: write HTTPS_PROXY as"],
        ),
    ] {
        let run = cli(&account, home.path()).env("HTTPS_PROXY", url).run(PLAN).await.expect_code(1);
        assert_stderr(&run, &parts);
        assert_stderr(&run, &["nothing was changed"]);
        assert!(!run.stderr.contains("wr0ng"), "{run:?}");
    }
    let run = cli(&account, home.path()).env("AWS_CA_BUNDLE", "/nowhere.pem").run(PLAN).await.expect_code(1);
    assert_stderr(&run, &["reading the certificate authorities in /nowhere.pem", "hint: set AWS_CA_BUNDLE to a file"]);
}

#[tokio::test]
async fn calls_to_a_local_emulator_bypass_the_proxy() {
    let account = Account::fresh();
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Refuse(403)).await;
    let cli = Cli::new(&account).env("HTTP_PROXY", proxy.url("")).env("ALL_PROXY", proxy.url(""));
    cli.run(PLAN).await.expect_success();
    assert_eq!(proxy.hosts(), [""; 0]);
}

/// The resolver does not know `aws.test`: such a call arrives only through the proxy.
#[tokio::test]
async fn plain_http_uses_the_proxy_with_its_user_and_password() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Ask("me:s3cr@t")).await;
    let cli = |user: &str| {
        let cli = cli(&account, home.path()).env("AWS_ENDPOINT_URL", "http://aws.test");
        cli.env("HTTP_PROXY", proxy.url(user)).env("HTTPS_PROXY", "http://127.0.0.1:1")
    };
    let run = cli("me:s3cr%40t@").run(PLAN).await.expect_success();
    assert!(run.stdout.contains("1 to create"), "{run:?}");
    assert_eq!(proxy.hosts(), ["aws.test"]);
    let run = cli("me:wr0ng@").run(PLAN).await.expect_code(1);
    assert_stderr(&run, &["does not accept the user and password (status 407)", "hint: correct them in HTTP_PROXY"]);
    assert!(!run.stderr.contains("wr0ng"), "{run:?}");
}

/// `127.1` is this machine to the resolver, but not a loopback address to the program.
#[tokio::test]
async fn only_hosts_in_no_proxy_bypass_the_proxy() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let near = account.endpoint().replace("127.0.0.1", "127.1");
    assert!(near.starts_with("http://127.1:"), "{near}");
    for (except, hosts) in [("example.com, 127.1", &["aws.test"][..]), ("127.1:1", &["127.1", "aws.test"]), ("*", &[])]
    {
        let proxy = ConnectProxy::before(account.endpoint(), Manner::Connect).await;
        let everywhere = if except == "*" { near.as_str() } else { "http://aws.test" };
        let cli = cli(&account, home.path())
            .env("AWS_ENDPOINT_URL", everywhere)
            .env("AWS_ENDPOINT_URL_DYNAMODB", &near)
            .env("HTTP_PROXY", proxy.url(""))
            .env("NO_PROXY", except);
        let run = cli.run(PLAN).await.expect_success();
        assert!(run.stdout.contains("1 to create"), "{run:?}");
        assert_eq!(proxy.hosts(), hosts, "{except}");
    }
}

#[tokio::test]
async fn behind_a_proxy_an_unknown_region_is_an_error_that_names_the_region() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let proxy = ConnectProxy::before(account.endpoint(), Manner::Refuse(502)).await;
    let cli = cli(&account, home.path()).env("HTTPS_PROXY", proxy.url("")).env("AWS_REGION", "us-esat-1");
    let run = cli.run(PLAN).await.expect_code(1);
    assert_stderr(
        &run,
        &["answered 502: it cannot reach ", ".us-esat-1.amazonaws.com\n", "hint: check the region (`--region`"],
    );
}

/// A network that requires a login answers every call with its own page.
#[tokio::test]
async fn a_web_page_instead_of_an_aws_answer_is_reported_as_such() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    fs::create_dir_all(home.path().join(".aws")).unwrap();
    let config = "[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/deployer\nsource_profile = base\n\
                  [profile base]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n\
                  [profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n\
                  [profile token]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
                  web_identity_token_file = /etc/hostname\n";
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let page = "<html><head></head><body>Welcome to the hotel</body></html>";
    for (status, kind, body, with) in [
        (200, "text/html", page, "status 200 and an HTML page"),
        (403, "text/html; charset=utf-8", page, "status 403 and an HTML page"),
        (200, "application/octet-stream", page, "status 200 and no request id of AWS"),
        (302, "text/plain", "", "status 302 and no request id of AWS"),
    ] {
        let portal = Answering::with(status, kind, body).await;
        for profile in ["dev", "keys", "token"] {
            let cli = cli(&account, home.path()).env("AWS_ENDPOINT_URL", portal.url());
            let run = cli.run(PLAN.iter().chain(&["--profile", profile])).await.expect_code(1);
            let cause = format!("the server at {} is not AWS: it answered with {with}", portal.address());
            assert_stderr(&run, &[&cause, "nothing was changed", "hint: open a page in a browser"]);
            for word in ["StartEl", "offset", "AssumeRoleResponse", "unhandled"] {
                assert!(!run.stderr.contains(word), "{word}: {run:?}");
            }
        }
    }
}
