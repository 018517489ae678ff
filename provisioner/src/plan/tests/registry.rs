//! Attributes and values that the registry's schemas do not allow.

use serde_json::json;

use super::super::registry::unknown;
use super::run;
use super::spec::desired;
use crate::observe::{Observed, Reach, observe};
use crate::plan::{Options, plan};
use crate::resources::other::Schema;
use crate::world::{State, World};

/// The causes for a template with a bucket, of which nothing is known before the registry is asked.
fn causes(attribute: &str) -> Vec<(String, String)> {
    let text = format!(
        "\
Resources:
  Films:
    Type: AWS::S3::Bucket
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Films.{attribute}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: f.zip
      Runtime: provided.al2023
      Handler: bootstrap
      Role: arn:aws:iam::1:role/r
      Environment:
        Variables:
          FILMS: !Sub 's3 ${{Films.{attribute}}}'
  Version:
    Type: AWS::Lambda::Version
    Properties: {{FunctionName: !Ref Function}}
Outputs:
  Where:
    Value: !GetAtt Films.{attribute}
"
    );
    let schema = json!({"primaryIdentifier": ["/properties/BucketName"], "properties": {
        "BucketName": {"type": "string"}, "Arn": {"type": "string"},
        "Website": {"type": "object", "properties": {"Url": {"type": "string"}}},
    }});
    let schema = Schema::from_registry(&schema.to_string()).unwrap();
    let mut observed = Observed::default();
    observed.schemas.insert("AWS::S3::Bucket".to_owned(), schema);
    let blockers = unknown(&desired(&text), &observed);
    blockers.into_iter().map(|one| (one.logical_id, one.cause)).collect()
}

#[test]
fn an_error_about_a_schema_names_the_resources_of_the_kind() {
    let refusal = |more: &str| {
        let text = format!("Resources:\n  A:\n    Type: AWS::Lamda::Function\n{more}");
        run(observe(&World::of(State::default()), &desired(&text), Reach::Resources)).unwrap_err().headline()
    };
    let one = refusal("");
    assert!(one.starts_with("asking for a schema of `A` (t.yaml:3): "), "{one}");
    let two = refusal("  B:\n    Type: AWS::Lamda::Function\n");
    assert!(two.starts_with("asking for a schema of `A` (t.yaml:3) and 1 more: "), "{two}");
}

#[test]
fn an_attribute_that_the_registry_does_not_list_is_refused_everywhere() {
    let lacks = "`Films` (AWS::S3::Bucket) has no attribute `Arnn`";
    let expected = [
        ("Jobs", format!("RedrivePolicy.deadLetterTargetArn: {lacks} (t.yaml:9)")),
        ("Function", format!("Environment.Variables.FILMS: {lacks} (t.yaml:19)")),
        ("Where", format!("the output's value: {lacks} (t.yaml:25)")),
    ];
    assert_eq!(causes("Arnn"), expected.map(|(logical_id, cause)| (logical_id.to_owned(), cause)));
}

#[test]
fn attributes_of_the_registry_are_accepted_by_their_dotted_path() {
    assert_eq!(causes("Arn"), []);
    assert_eq!(causes("Website.Url"), []);
    assert_eq!(causes("Website.Uri").len(), 3);
}

/// The blockers for a template with a repository and the schema of its kind.
fn refused(repository: &str) -> Vec<String> {
    let text = format!(
        "\
Resources:
  Images:
    Type: AWS::ECR::Repository
    Properties: {repository}
"
    );
    let schema = json!({
        "primaryIdentifier": ["/properties/RepositoryName"],
        "createOnlyProperties": ["/properties/RepositoryName"],
        "properties": {
            "RepositoryName": {"type": "string", "minLength": 2, "maxLength": 12, "pattern": "^(?=.{2,12}$)[\\w-/]+\\Z"},
            "ImageTagMutability": {"type": "string", "enum": ["MUTABLE", "IMMUTABLE"]},
            "LifecyclePolicy": {"$ref": "#/definitions/LifecyclePolicy"},
            "Printed": {"type": "string", "pattern": "^[\\p{Print}&&[^|]]+$"},
        },
        "definitions": {"LifecyclePolicy": {"type": "object", "properties": {
            "RegistryId": {"type": "string", "pattern": "^[0-9]{12}$"}, "Days": {"type": "integer", "maximum": 9},
        }}},
    });
    let schema = Schema::from_registry(&schema.to_string()).unwrap();
    let observed = Observed { schemas: [("AWS::ECR::Repository".to_owned(), schema)].into(), ..Observed::default() };
    let plan = plan(&desired(&text), &observed, &Options::default());
    plan.blockers.into_iter().map(|one| one.cause).collect()
}

#[test]
fn a_value_that_the_registrys_schema_does_not_allow_is_refused() {
    let refused = |repository: &str| refused(repository).join("; ");
    assert_eq!(
        refused("{RepositoryName: A B, ImageTagMutability: X, LifecyclePolicy: {RegistryId: '1', Days: '10'}}"),
        r"RepositoryName does not match `^(?=.{2,12}$)[\w-/]+\Z` (t.yaml:4); ImageTagMutability is `X`; AWS allows \
          MUTABLE, IMMUTABLE (t.yaml:4); LifecyclePolicy.RegistryId does not match `^[0-9]{12}$` (t.yaml:4); \
          LifecyclePolicy.Days is 10; AWS allows up to 9 (t.yaml:4)"
            .replace("\\\n          ", "")
    );
    assert_eq!(refused("{RepositoryName: films-images}"), "");
    assert_eq!(refused("{RepositoryName: ''}"), "RepositoryName has 0 characters; the minimum is 2 (t.yaml:4)");
    assert_eq!(refused("{LifecyclePolicy: {RegistryId: \"123456789012\\n\"}}"), "", "the end of a pattern of Java");
    let of_printed = "Printed does not match `^[\\p{Print}&&[^|]]+$` (t.yaml:4)";
    assert_eq!(refused("{RepositoryName: films/chat, Printed: 'a|'}"), of_printed);
    assert_eq!(refused("{RepositoryName: films/chat, Printed: 'a b'}"), "");
}
