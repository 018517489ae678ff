//! Creates a change set from a template, for `plan` and `deploy` with CloudFormation.

use std::time::{SystemTime, UNIX_EPOCH};

use provisioner::Result;
use provisioner::aws::{Aws, Body, Submission};
use provisioner::cloudformation::{ChangeSet, Packaged, Stack};
use provisioner::observe::Reader as _;
use provisioner::plan::Note;
use sha2::{Digest as _, Sha256};

use super::super::session::Session;
use crate::terminal;

/// A change set, and its stack.
pub(super) struct Proposal {
    /// The changes of CloudFormation.
    pub(super) set: ChangeSet,
    /// The stack as it was before; `None` for a first deploy.
    pub(super) before: Option<Stack>,
    /// The bucket that got packages or the template for this change set.
    bucket: Option<String>,
}

/// What happens to packages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Packages {
    /// They are uploaded to the bucket, since the change set will be executed.
    Uploaded,
    /// Only their names are used: CloudFormation creates a change set without looking for the packages.
    Named,
}

/// The maximum size of a template in a call to CloudFormation. A larger template is passed through the bucket.
const LARGEST_TEXT: usize = 51_200;

impl Proposal {
    /// Makes CloudFormation create the change set.
    pub(super) async fn make(session: &Session, bucket: Option<&str>, packages: Packages) -> Result<Self> {
        let aws = &session.aws;
        let name = session.desired.stack.as_str();
        let before = aws.stack(name).await?;
        let kind = Stack::change(before.as_ref())?;
        let account = aws.reader().account().await?;
        let bucket_name = bucket.map_or_else(|| aws.own_bucket(&account), str::to_owned);
        let Packaged { template, mut uploads } = Packaged::new(&session.template, &session.desired, &bucket_name);
        if packages == Packages::Named {
            uploads.clear();
        }
        let uses_bucket = !uploads.is_empty() || is_large(&template);
        if uses_bucket && aws.bucket(&bucket_name, &account, bucket.is_none()).await? {
            terminal::note(&format!("created bucket {bucket_name} for packages"));
        }
        for upload in &uploads {
            aws.upload(&bucket_name, &upload.key, &upload.path, &account).await?;
        }
        let body = body(aws, name, &bucket_name, &account, &template).await?;
        // A parameter that is not sent would keep the stack's value in some cases, so all parameters are sent.
        let declared = session.template.parameters().iter();
        let values = declared.map(|(name, declaration)| {
            let given = session.parameters.get(name).cloned();
            (name.clone(), given.or_else(|| declaration.default_text()))
        });
        let change_set = change_set_name();
        let parameters = values.collect();
        let submission = Submission { stack: name, kind, name: &change_set, template: body, parameters };
        let proposed = match aws.change_set(&submission).await {
            Ok(proposed) => proposed,
            Err(error) => {
                remove_shell(session, before.as_ref()).await?;
                return Err(error);
            }
        };
        let nothing = ChangeSet::new(name, &account, aws.place().region());
        let notes = session.desired.remarks.iter().map(|one| Note::from(one).complete(terminal::completed)).collect();
        let set = ChangeSet { notes, ..proposed.unwrap_or(nothing) };
        Ok(Self { set, before, bucket: uses_bucket.then_some(bucket_name) })
    }

    /// What exists after the change set was withdrawn.
    pub(super) fn unchanged(&self) -> String {
        match &self.bucket {
            None => "nothing was changed".to_owned(),
            Some(bucket) => {
                format!("nothing was changed except bucket {bucket}, which contains the uploads of this run")
            }
        }
    }

    /// Restores the state from before the change set was created.
    pub(super) async fn withdraw(&self, session: &Session) -> Result<()> {
        if !self.set.id.is_empty() {
            session.aws.discard(&self.set.id).await?;
        }
        remove_shell(session, self.before.as_ref()).await
    }
}

/// Deletes the empty stack that the first change set of a stack leaves.
async fn remove_shell(session: &Session, before: Option<&Stack>) -> Result<()> {
    if before.is_some() {
        return Ok(());
    }
    match session.aws.stack(session.desired.stack.as_str()).await? {
        Some(shell) if shell.is_a_shell() => session.aws.delete_stack(&shell.id, &shell.name).await,
        _ => Ok(()),
    }
}

/// Whether CloudFormation accepts a template only through a bucket.
pub(super) fn is_large(template: &str) -> bool {
    template.len() > LARGEST_TEXT
}

/// A template as it is passed to CloudFormation; a large one is put into the bucket, which must exist.
pub(super) async fn body<'t>(
    aws: &Aws,
    stack: &str,
    bucket: &str,
    account: &str,
    template: &'t str,
) -> Result<Body<'t>> {
    if !is_large(template) {
        return Ok(Body::Text(template));
    }
    let key = format!("{stack}/{}.template.json", hash(template));
    aws.upload_content(bucket, &key, template.as_bytes().to_vec(), account).await?;
    let place = aws.place();
    Ok(Body::Url(format!("https://{bucket}.s3.{}.{}/{key}", place.region(), place.url_suffix())))
}

/// A name that no change set of the stack has.
pub(super) fn change_set_name() -> String {
    format!("provisioner-{}", milliseconds())
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn milliseconds() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default()
}
