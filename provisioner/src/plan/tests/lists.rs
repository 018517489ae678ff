//! Lists of registry kinds where text is required.

use serde_json::json;

use super::super::lists::misplaced;
use super::spec::desired;
use crate::observe::Observed;
use crate::resources::other::Schema;

/// The blockers for a template with a VPC, with the schema that states which attributes are lists.
fn causes(more: &str) -> Vec<String> {
    let text = format!("Resources:\n  Vpc: {{Type: AWS::EC2::VPC}}\n{more}");
    let schema = |properties| {
        let schema = json!({"primaryIdentifier": ["/properties/Id"], "properties": properties});
        Schema::from_registry(&schema.to_string()).unwrap()
    };
    let mut observed = Observed::default();
    let list = json!({"type": "array", "items": {"type": "string"}});
    let vpc = schema(
        json!({"Id": {"type": "string"}, "Blocks": list, "In": {"type": "object", "properties": {"Zones": list}}}),
    );
    observed.schemas.insert("AWS::EC2::VPC".to_owned(), vpc);
    let thing = schema(json!({"Name": {"type": "string"}, "Names": list, "Any": {"type": "object"}}));
    observed.schemas.insert("AWS::X::Thing".to_owned(), thing);
    misplaced(&desired(&text), &observed).into_iter().map(|one| format!("{}: {}", one.logical_id, one.cause)).collect()
}

fn thing(property: &str) -> String {
    format!("  Thing: {{Type: AWS::X::Thing, Properties: {{{property}}}}}\n")
}

fn function(properties: &str) -> String {
    format!(
        "  F: {{Type: AWS::Lambda::Function, Properties: {{Code: f.zip, Runtime: provided.al2023, Handler: h, Role: 'arn:aws:iam::1:role/r', {properties}}}}}\n"
    )
}

#[test]
fn a_list_instead_of_text_is_refused_before_the_first_call() {
    let blocks = "`!GetAtt Vpc.Blocks` is a list where text is needed (t.yaml:3)";
    let inside = "`${Vpc.Blocks}` is a list where text is needed (t.yaml:3)";
    for (more, cause) in [
        (thing("Name: !GetAtt Vpc.Blocks"), format!("Thing: Name: {inside}")),
        (thing("Name: !Sub 'of ${Vpc.Blocks}'"), format!("Thing: Name: {inside}")),
        (
            thing("Name: !Join [',', [a, !GetAtt Vpc.In.Zones]]"),
            format!("Thing: Name: {}", inside.replace("Blocks", "In.Zones")),
        ),
        (thing("Names: [!GetAtt Vpc.Blocks]"), format!("Thing: Names.0: {inside}")),
        (thing("Any: {A: !Base64 {'Fn::GetAtt': [Vpc, Blocks]}}"), format!("Thing: Any.A: {inside}")),
        (
            thing("Name: !Split [',', !GetAtt Vpc.Id]"),
            format!("Thing: Name: {}", blocks.replace("!GetAtt Vpc.Blocks", r#"!Split [",", !GetAtt Vpc.Id]"#)),
        ),
        (
            function("Environment: {Variables: {A: !GetAtt Vpc.Blocks}}"),
            format!("F: Environment.Variables.A: {inside}"),
        ),
        (
            "Outputs:\n  O: {Value: !GetAtt Vpc.Blocks}\n".to_owned(),
            format!("O: the output's value: {}", inside.replace(":3", ":4")),
        ),
        (
            "Outputs:\n  O: {Value: !Split [',', !GetAtt Vpc.Id]}\n".to_owned(),
            r#"O: the output's value: `!Split [",", !GetAtt Vpc.Id]` is a list where text is needed (t.yaml:4)"#
                .to_owned(),
        ),
    ] {
        assert_eq!(causes(&more), [cause], "{more}");
    }
}

#[test]
fn a_list_is_accepted_where_the_property_is_a_list() {
    for more in [
        thing("Names: !GetAtt Vpc.Blocks"),
        thing("Names: !Split [',', !GetAtt Vpc.Id]"),
        thing("Name: !Join [',', !GetAtt Vpc.Blocks]"),
        thing("Name: !Select [0, !GetAtt Vpc.Blocks]"),
        thing("Any: {A: !GetAtt Vpc.Blocks}"),
        thing("Unknown: !GetAtt Vpc.Blocks"),
        function("Layers: !GetAtt Vpc.Blocks"),
        function("Layers: !Split [',', !Select [1, !Split ['|', !GetAtt Vpc.Id]]]"),
        function("Environment: {Variables: {A: !GetAtt Vpc.Id}}"),
    ] {
        assert_eq!(causes(&more), [""; 0], "{more}");
    }
}
