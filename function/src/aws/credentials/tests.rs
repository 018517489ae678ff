use std::future::pending;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::identity::IdentityCache;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::{Client, config};
use aws_smithy_async::rt::sleep::TokioSleep;

use super::*;
use crate::aws::{Failure, Http, Stage};

const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

fn container(token_file: Option<&str>) -> CredentialSource {
    let (address, token_file) = ("http://127.0.0.1:9/x".to_owned(), token_file.map(str::to_owned));
    CredentialSource::Container(ContainerCredentials { variable: FULL, address, token_file })
}

/// A provider that never responds.
#[derive(Debug)]
struct Hanging;

impl ResolveIdentity for Hanging {
    fn resolve_identity<'a>(&'a self, _: &'a RuntimeComponents, _: &'a ConfigBag) -> IdentityFuture<'a> {
        IdentityFuture::new(pending())
    }
}

/// A cache that calls [`Hanging`] instead of the client's provider.
#[derive(Debug)]
struct HangingCache(CheckedCache);

impl ResolveCachedIdentity for HangingCache {
    fn resolve_cached_identity<'a>(
        &'a self,
        _: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        self.0.resolve_cached_identity(SharedIdentityResolver::new(Hanging), components, bag)
    }
}

/// A cache that counts the calls of its provider.
#[derive(Debug, Default)]
struct Counting(std::sync::Arc<AtomicUsize>);

#[derive(Debug)]
struct Counted(SharedIdentityResolver, std::sync::Arc<AtomicUsize>);

impl ResolveIdentity for Counted {
    fn resolve_identity<'a>(&'a self, components: &'a RuntimeComponents, bag: &'a ConfigBag) -> IdentityFuture<'a> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.resolve_identity(components, bag)
    }

    fn cache_partition(&self) -> Option<IdentityCachePartition> {
        Some(self.0.cache_partition())
    }
}

#[derive(Debug)]
struct CountingCache(CheckedCache, Counting);

impl ResolveCachedIdentity for CountingCache {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        let counted = Counted(resolver, self.1.0.clone());
        self.0.resolve_cached_identity(SharedIdentityResolver::new(counted), components, bag)
    }
}

fn checked(source: CredentialSource) -> CheckedCache {
    CheckedCache { cache: IdentityCache::lazy().build(), source }
}

/// A client whose provider returns `credentials`, and whose endpoint refuses connections.
fn client(cache: impl ResolveCachedIdentity + 'static, credentials: Credentials) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(address)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(cache)
        .sleep_impl(TokioSleep::new())
        .http_client(Http::default())
        .build();
    Client::from_conf(config::Builder::from(&config).retry_config(RetryConfig::disabled()).build())
}

async fn failure(client: &Client) -> Failure {
    Failure::of(&client.scan().table_name("cinedb").send().await.unwrap_err())
}

fn credentials(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials::new(id, secret, token.map(str::to_owned), None, "test")
}

async fn code_and_detail(cache: impl ResolveCachedIdentity + 'static, credentials: Credentials) -> (String, String) {
    let Failure { stage, code, detail, .. } = failure(&client(cache, credentials)).await;
    assert_eq!(stage, Stage::Connection);
    (code, detail)
}

#[tokio::test]
async fn valid_credentials_sign_requests_and_are_loaded_once() {
    let counting = Counting::default();
    let calls = counting.0.clone();
    let client = client(CountingCache(checked(container(None)), counting), credentials("AKID", "s+/=", Some("tok")));
    for _ in 0..2 {
        let failure = failure(&client).await;
        assert!(failure.code == "DispatchFailure" && failure.detail.contains("refused"), "{failure:?}");
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn invalid_credentials_are_a_failure_with_their_name_and_without_their_value() {
    let at = |place: &str| format!("has the character {place}, expected visible ASCII characters");
    for (bad, name, place) in [
        (credentials("AKHUSH\n", "hush", None), 0, at("U+000A at position 7 of 7")),
        (credentials("AKHUSH\r", "hush", None), 0, at("U+000D at position 7 of 7")),
        (credentials("AKID", "hush\n", None), 1, at("U+000A at position 5 of 5")),
        (credentials("AKID", "hush", Some("hush\u{1}")), 2, at("U+0001 at position 5 of 5")),
        (credentials("", "hush", None), 0, "is empty".to_owned()),
    ] {
        let (code, detail) = code_and_detail(checked(CredentialSource::Variables), bad.clone()).await;
        assert_eq!(
            (code.as_str(), detail),
            ("UnfitCredentials", format!("{} {place}", CredentialSource::VARIABLES[name]))
        );
        let (code, detail) = code_and_detail(checked(container(None)), bad).await;
        let name = ["AccessKeyId", "SecretAccessKey", "Token"][name];
        let expected = format!("{name} of http://127.0.0.1:9/x, which {FULL} names, {place}");
        assert_eq!((code.as_str(), detail), ("UnfitCredentials", expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_hanging_credentials_endpoint_is_not_a_timeout_of_the_service() {
    let failed = code_and_detail(HangingCache(checked(container(None))), credentials("AKID", "s", None)).await;
    let expected = format!("http://127.0.0.1:9/x, which {FULL} names: no answer within 1000 ms");
    assert_eq!(failed, ("CredentialsEndpoint".to_owned(), expected));
}

#[tokio::test]
async fn an_unusable_token_file_is_named() {
    let broken = std::env::temp_dir().join(format!("{}-token", std::process::id()));
    fs::write(&broken, "hush\n").unwrap();
    for (path, fault) in [
        ("/nonexistent", "cannot be read: No such file or directory (os error 2)"),
        (broken.to_str().unwrap(), "has the character U+000A at position 5 of 5, expected visible ASCII characters"),
    ] {
        let failed = code_and_detail(checked(container(Some(path))), credentials("AKID", "s", None)).await;
        let expected = format!("{path}, which AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names, {fault}");
        assert_eq!(failed, ("CredentialsTokenFile".to_owned(), expected));
    }
    fs::remove_file(&broken).unwrap();
}

#[tokio::test]
async fn the_provider_is_not_called_without_a_source() {
    let failed = code_and_detail(checked(CredentialSource::Unset), credentials("AKID", "s", None)).await;
    assert_eq!(failed, ("NoCredentials".to_owned(), "no variable names a source of credentials".to_owned()));
}
