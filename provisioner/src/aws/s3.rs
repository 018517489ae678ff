//! S3: the bucket from which CloudFormation takes packages.

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

/// Creates a client. With one endpoint for all services, the bucket is in the path and not in the host name.
pub(super) fn client(config: &SdkConfig) -> aws_sdk_s3::Client {
    let mut own = aws_sdk_s3::config::Builder::from(config);
    own.set_force_path_style(config.endpoint_url().map(|_| true));
    aws_sdk_s3::Client::from_conf(own.build())
}

impl Aws {
    /// The name of the bucket for packages that this program creates: one per account and region.
    pub fn own_bucket(&self, account: &str) -> String {
        format!("provisioner-{account}-{}", self.place().region())
    }

    /// Checks that a bucket of this account exists. Creates it as a private bucket if it is missing and `make` is true.
    /// Returns whether it was created.
    ///
    /// # Errors
    /// When it is missing and `make` is false, or it belongs to another account.
    pub async fn bucket(&self, bucket: &str, account: &str, make: bool) -> Result<bool> {
        let doing = format!("looking for bucket {bucket}");
        // Bucket names are global, so every call must name the expected owner.
        let answer = self.s3.head_bucket().bucket(bucket).expected_bucket_owner(account).send().await;
        let error = match answer {
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
                .hint("name a bucket of this account with `--bucket NAME`, or omit the option to create one"));
        }
        self.make_bucket(bucket, account).await.map(|()| true)
    }

    /// The error where `HeadBucket` is refused. Its answer has no body; `ListObjectsV2` needs the same permission and
    /// returns a message. For a bucket of another account S3 returns only `Access Denied`.
    async fn refused_bucket(&self, doing: String, bucket: &str, account: &str) -> Error {
        let list = self.s3.list_objects_v2().bucket(bucket).max_keys(1).expected_bucket_owner(account);
        let reported = match list.send().await {
            Err(error) if error.code().is_some_and(is_denial) => problem(&doing, &error),
            Err(error) => return problem(doing, &error),
            Ok(_) => Error::new(&doing, "these credentials may list it but not read its properties"),
        };
        if reported.is_denied() {
            return reported;
        }
        let cause = format!(
            "it belongs to an account other than {account}, or these credentials may not list it (AccessDenied)"
        );
        Error::new(doing, cause).hint(format!(
            "give these credentials `s3:ListBucket` on `arn:aws:s3:::{bucket}`; if the bucket belongs to another \
             account, name one of account {account} with `--bucket NAME`"
        ))
    }

    /// Creates a private bucket. Buckets are private by default since 2023; the setting is sent anyway, so that it does
    /// not depend on the date of creation.
    async fn make_bucket(&self, bucket: &str, account: &str) -> Result<()> {
        let doing = format!("creating bucket {bucket}");
        let region = self.place().region();
        // `us-east-1` is the one region that must not be named.
        let location = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
        let configuration =
            location.map(|location| CreateBucketConfiguration::builder().location_constraint(location).build());
        let request = self.s3.create_bucket().bucket(bucket).set_create_bucket_configuration(configuration);
        match request.send().await {
            Ok(_) => {}
            // Another run of this program created it first.
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => {}
            Err(error) => return Err(problem(doing, &error)),
        }
        let no_public_access = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let request = self.s3.put_public_access_block().bucket(bucket).expected_bucket_owner(account);
        let answer = request.public_access_block_configuration(no_public_access).send().await;
        answer.map(drop).map_err(|error| problem(format!("making bucket {bucket} private"), &error))
    }

    /// Uploads a package to the bucket, unless the bucket contains an object of that name with the same content.
    ///
    /// # Errors
    /// When the package cannot be read or S3 refuses it.
    pub async fn upload(&self, bucket: &str, key: &str, path: &Path, account: &str) -> Result<()> {
        let content =
            package::read(path).map_err(|unread| unread.problem(format!("reading the package {}", path.display())))?;
        self.upload_content(bucket, key, content, account).await
    }

    /// The same with content in memory.
    pub async fn upload_content(&self, bucket: &str, key: &str, content: Vec<u8>, account: &str) -> Result<()> {
        let sha256 = package::sha256(&content);
        let request = self.s3.head_object().bucket(bucket).key(key).expected_bucket_owner(account);
        let there = request.checksum_mode(ChecksumMode::Enabled).send().await;
        // The checksum decides and not the name, because others may write to the bucket. Without `s3:ListBucket` S3
        // answers 403 for a missing object, and the upload then reports the error.
        if there.is_ok_and(|object| object.checksum_sha256.is_some_and(|checksum| checksum == sha256)) {
            return Ok(());
        }
        let request = self.s3.put_object().bucket(bucket).key(key).expected_bucket_owner(account);
        let request = request.checksum_algorithm(ChecksumAlgorithm::Sha256).body(ByteStream::from(content));
        let answer = request.send().await;
        answer.map(drop).map_err(|error| problem(format!("uploading {key} to bucket {bucket}"), &error))
    }
}
