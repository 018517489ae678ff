//! S3: the bucket that CloudFormation takes packages from.

use std::path::Path;

use aws_config::SdkConfig;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::operation::head_bucket::HeadBucketError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, ChecksumAlgorithm, ChecksumMode, CreateBucketConfiguration,
    PublicAccessBlockConfiguration,
};

use super::Aws;
use super::problem::{is_denial, problem};
use crate::error::{Error, Result};
use crate::package;

/// A client; where one endpoint stands for all services, a bucket is part of the path and not of the host's name.
pub(super) fn client(config: &SdkConfig) -> aws_sdk_s3::Client {
    let mut own = aws_sdk_s3::config::Builder::from(config);
    own.set_force_path_style(config.endpoint_url().map(|_| true));
    aws_sdk_s3::Client::from_conf(own.build())
}

impl Aws {
    /// The name of the bucket for packages that this program makes for itself: one in each account and region.
    #[must_use]
    pub fn own_bucket(&self, account: &str) -> String {
        format!("provisioner-{account}-{}", self.place().region())
    }

    /// Makes sure that a bucket of this account is there; makes it, private, when `make` says so and it is missing.
    /// Whether it was made.
    ///
    /// # Errors
    /// When it is missing and is not to be made, or belongs to another account.
    pub async fn bucket(&self, bucket: &str, account: &str, make: bool) -> Result<bool> {
        let doing = format!("looking for bucket {bucket}");
        // Names of buckets are the whole world's: whose this one is must be told with every call.
        let asked = self.s3.head_bucket().bucket(bucket).expected_bucket_owner(account).send().await;
        let error = match asked {
            Ok(_) => return Ok(false),
            Err(error) => error,
        };
        if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 403) {
            return Err(self.refused_bucket(doing, bucket, account).await);
        }
        if !error.as_service_error().is_some_and(HeadBucketError::is_not_found) {
            return Err(problem(doing, &error));
        }
        if !make {
            return Err(Error::new(doing, "there is no such bucket")
                .hint("name a bucket of this account with `--bucket NAME`, or leave it out: one is made then"));
        }
        self.make_bucket(bucket, account).await.map(|()| true)
    }

    /// Why a bucket may not be looked at. The answer to `HeadBucket` has no body: a list says more, and needs the same
    /// permission. For a bucket of another account S3 says `Access Denied` and nothing else.
    async fn refused_bucket(&self, doing: String, bucket: &str, account: &str) -> Error {
        let list = self.s3.list_objects_v2().bucket(bucket).max_keys(1).expected_bucket_owner(account);
        let told = match list.send().await {
            Err(error) if error.code().is_some_and(is_denial) => problem(&doing, &error),
            Err(error) => return problem(doing, &error),
            Ok(_) => Error::new(&doing, "it may be listed and not looked at"),
        };
        if told.is_denied() {
            return told;
        }
        let cause =
            format!("it is another account's than {account}, or these credentials may not list it (AccessDenied)");
        Error::new(doing, cause).hint(format!(
            "give these credentials `s3:ListBucket` on `arn:aws:s3:::{bucket}`; where the bucket is another account's, name \
             one of account {account} with `--bucket NAME`"
        ))
    }

    /// Buckets are private since 2023; it is said all the same, so that nobody has to know when it was made.
    async fn make_bucket(&self, bucket: &str, account: &str) -> Result<()> {
        let doing = format!("making bucket {bucket}");
        let region = self.place().region();
        // The one region that must not be named.
        let location = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
        let configuration =
            location.map(|location| CreateBucketConfiguration::builder().location_constraint(location).build());
        let request = self.s3.create_bucket().bucket(bucket).set_create_bucket_configuration(configuration);
        match request.send().await {
            Ok(_) => {}
            // Another run of ours was quicker.
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => {}
            Err(error) => return Err(problem(doing, &error)),
        }
        let nobody = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let request = self.s3.put_public_access_block().bucket(bucket).expected_bucket_owner(account);
        let answer = request.public_access_block_configuration(nobody).send().await;
        answer.map(drop).map_err(|error| problem(format!("making bucket {bucket} private"), &error))
    }

    /// Puts a package into the bucket, unless an object of that name with the same content is there.
    ///
    /// # Errors
    /// When it cannot be read or S3 refuses it.
    pub async fn upload(&self, bucket: &str, key: &str, path: &Path, account: &str) -> Result<()> {
        let content =
            package::read(path).map_err(|unread| unread.problem(format!("reading the package {}", path.display())))?;
        self.upload_content(bucket, key, content, account).await
    }

    /// The same with content that is at hand.
    ///
    /// # Errors
    /// When S3 refuses it.
    pub async fn upload_content(&self, bucket: &str, key: &str, content: Vec<u8>, account: &str) -> Result<()> {
        let sha256 = package::sha256(&content);
        let look = self.s3.head_object().bucket(bucket).key(key).expected_bucket_owner(account);
        let there = look.checksum_mode(ChecksumMode::Enabled).send().await;
        // The checksum and not the name decides: others may write to the bucket. Without `s3:ListBucket` a missing object
        // is answered with 403, and the upload then says what is wrong.
        if there.is_ok_and(|object| object.checksum_sha256.is_some_and(|checksum| checksum == sha256)) {
            return Ok(());
        }
        let request = self.s3.put_object().bucket(bucket).key(key).expected_bucket_owner(account);
        let request = request.checksum_algorithm(ChecksumAlgorithm::Sha256).body(ByteStream::from(content));
        let answer = request.send().await;
        answer.map(drop).map_err(|error| problem(format!("uploading {key} to bucket {bucket}"), &error))
    }
}
