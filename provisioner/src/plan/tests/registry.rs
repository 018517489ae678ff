//! `Fn::GetAtt` of attributes that the registry does not list.

use serde_json::json;

use super::super::registry::unknown;
use super::spec::desired;
use crate::observe::Observed;
use crate::resources::other::Schema;

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
fn an_attribute_that_the_registry_does_not_list_is_refused_everywhere() {
    let lacks = "`Films` (AWS::S3::Bucket) has no attribute `Arnn`; did you mean `Arn`?";
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
