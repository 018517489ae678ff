//! From a template to a change set: what `plan` and `deploy` by CloudFormation share.

use std::time::{SystemTime, UNIX_EPOCH};

use provisioner::Result;
use provisioner::aws::{Aws, Body, Submission};
use provisioner::cloudformation::{ChangeSet, Packaged, Stack};
use provisioner::observe::Reader as _;
use provisioner::plan::Note;
use sha2::{Digest as _, Sha256};

use super::super::session::Session;
use crate::terminal;

/// A change set, and the stack that it is for.
pub(super) struct Proposal {
    /// What CloudFormation would do.
    pub(super) set: ChangeSet,
    /// The stack as it was before; none for a first deploy.
    pub(super) before: Option<Stack>,
}

/// What happens to packages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Packages {
    /// They are put into the bucket, for the change set is going to be executed.
    Uploaded,
    /// They are named only: a change set is made without looking for them.
    Named,
}

/// The most that CloudFormation takes in a call. More goes through the bucket.
const LARGEST_TEXT: usize = 51_200;

impl Proposal {
    /// Has CloudFormation say what it would do.
    pub(super) async fn make(session: &Session, bucket: Option<&str>, packages: Packages) -> Result<Self> {
        let aws = &session.aws;
        let name = session.desired.stack.as_str();
        let before = aws.stack(name).await?;
        let kind = Stack::change(before.as_ref())?;
        let account = aws.reader().account().await?;
        let bucket_name = bucket.map_or_else(|| aws.own_bucket(&account), str::to_owned);
        let Packaged { template, uploads } = Packaged::new(&session.template, &session.desired, &bucket_name);
        if (packages == Packages::Uploaded || is_large(&template))
            && aws.bucket(&bucket_name, &account, bucket.is_none()).await?
        {
            terminal::note(&format!("made bucket {bucket_name} for packages"));
        }
        if packages == Packages::Uploaded {
            for upload in &uploads {
                aws.upload(&bucket_name, &upload.key, &upload.path, &account).await?;
            }
        }
        let body = body(aws, name, &bucket_name, &account, &template).await?;
        // A parameter that is not sent would keep the value that the stack has, on some paths: all are sent.
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
        let nothing = ChangeSet {
            engine: "cloudformation",
            stack: name.to_owned(),
            account,
            region: aws.place().region().to_owned(),
            steps: Vec::new(),
            notes: Vec::new(),
            id: String::new(),
        };
        let notes = session.desired.remarks.iter().map(Note::from).collect();
        Ok(Self { set: ChangeSet { notes, ..proposed.unwrap_or(nothing) }, before })
    }

    /// Leaves everything as it was before the change set was made.
    pub(super) async fn withdraw(&self, session: &Session) -> Result<()> {
        if !self.set.id.is_empty() {
            session.aws.discard(&self.set.id).await?;
        }
        remove_shell(session, self.before.as_ref()).await
    }
}

/// The first change set of a stack leaves a stack that is nothing but a name.
async fn remove_shell(session: &Session, before: Option<&Stack>) -> Result<()> {
    if before.is_some() {
        return Ok(());
    }
    match session.aws.stack(session.desired.stack.as_str()).await? {
        Some(shell) if shell.is_a_shell() => session.aws.delete_stack(&shell.id, &shell.name).await,
        _ => Ok(()),
    }
}

/// Whether CloudFormation takes a template only through a bucket.
pub(super) fn is_large(template: &str) -> bool {
    template.len() > LARGEST_TEXT
}

/// A template as CloudFormation is given it; what is large is put into the bucket, which is there.
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
