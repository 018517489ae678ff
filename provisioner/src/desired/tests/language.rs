//! Mistakes in sections, parameters, functions, conditions and dependencies.

use super::messages;

#[test]
fn malformed_sections_are_refused() {
    insta::assert_snapshot!(messages("\
---
[1, 2]
---
Parameters: {}
---
Rules: {}
Resources: {}
---
Resources:
  - Role
---
Resources:
  Role: AWS::IAM::Role
---
Resources:
  Role:
    Properties: {}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Props: {}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    DeletionPolicy: Snapshot
---
Resources:
  Role:
    Type: AWS::IAM::Role
    DependsOn: {a: b}
---
Resources:
  Fn::ForEach::Roles: [A, [b], {}]
---
Parameters:
  Size:
    Type: Int
Resources: {R: {Type: T}}
---
Parameters:
  Size:
    Type: String
    Defualt: x
Resources: {R: {Type: T}}
---
Resources: {R: {Type: T}}
Outputs:
  Url: https://example.org
---
Resources:
  Role:
    Type: T
  Role:
    Type: T
"), @"
    reading template t.yaml: a template must be a map of sections

    hint: correct it in the template, then run `provisioner plan`
    reading template t.yaml: it declares no resources

    hint: correct it in the template, then run `provisioner plan`
    reading template t.yaml:1: the section `Rules` is not supported; supported are AWSTemplateFormatVersion, Description, Metadata, Parameters, Mappings, Conditions, Resources, Outputs

    hint: remove it, or write a supported name; see `docs/template-support.md`
    reading template t.yaml:1: `Resources` must be a map

    hint: correct it in the template, then run `provisioner plan`
    reading template t.yaml:2: Resources.Role: it must be a map, not `AWS::IAM::Role`

    hint: correct it in the template, then run `provisioner plan`
    reading template t.yaml:2: Resources.Role: `Type` is missing

    hint: add it to the template
    reading template t.yaml:4: Resources.Role.Props: `Props` is not supported; supported are Type, Properties, Condition, DependsOn, DeletionPolicy, UpdateReplacePolicy, Metadata

    hint: remove it, or write a supported name; see `docs/template-support.md`
    reading template t.yaml:4: Resources.Role.DeletionPolicy: `Snapshot` is not supported; supported are Delete, Retain, RetainExceptOnCreate

    hint: remove it, or write a supported name; see `docs/template-support.md`
    reading template t.yaml:4: Resources.Role.DependsOn: it must be a logical id or a list of them

    hint: correct it in the template, then run `provisioner plan`
    reading template t.yaml:2: Resources.Fn::ForEach::Roles: it needs the transform `AWS::LanguageExtensions`, which only CloudFormation runs

    hint: write the generated entries into the template
    reading template t.yaml:3: Parameters.Size.Type: `Int` is not supported; supported are String, Number, CommaDelimitedList, List<Number>

    hint: remove it, or write a supported name; see `docs/template-support.md`
    reading template t.yaml:4: Parameters.Size.Defualt: `Defualt` is not supported; supported are Type, Description, Default, AllowedValues, AllowedPattern, ConstraintDescription, MinLength, MaxLength, MinValue, MaxValue, NoEcho

    hint: remove it, or write a supported name; see `docs/template-support.md`
    reading template t.yaml:3: Outputs.Url: it must be a map, not `https://example.org`

    hint: correct it in the template, then run `provisioner plan`
    reading template t.yaml:4: the key `Role` is a duplicate: a map contains each key once

    hint: remove one of the two, or rename it
    ");
}

#[test]
fn invalid_parameters_are_refused_in_one_error() {
    insta::assert_snapshot!(messages("\
---
Parameters:
  Name: {Type: String}
  Size: {Type: Number, Default: NaN}
  Small: {Type: Number, Default: 1, MinValue: 128}
  Large: {Type: Number, Default: 31, MaxValue: 30}
  Model: {Type: String, Default: A, AllowedPattern: '[a-z]+', ConstraintDescription: lower case}
  Key: {Type: String, Default: secret, NoEcho: true, MinLength: 20}
Resources: {R: {Type: T}}
"), @r#"
    checking the parameters of t.yaml:2: parameter `Name` has no default and is not given
      t.yaml:3: parameter `Size` is `NaN`: it must be a number
      t.yaml:4: parameter `Small` is `1`: it must be at least 128
      t.yaml:5: parameter `Large` is `31`: it must be at most 30
      t.yaml:6: parameter `Model` is `A`: it must match `[a-z]+` (lower case)
      t.yaml:7: parameter `Key` is (masked): it must have at least 20 characters, it has 6

    hint: correct the default of `Size`, `Small`, `Large`, `Model`, `Key` in the template; pass `-P Name=VALUE`, or write the value into a file for `--parameters`
    "#);
}

#[test]
fn invalid_functions_are_refused() {
    insta::assert_snapshot!(messages("\
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref Nobody
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Tags:
        - Key: a
          Value: b
        - Key: c
          Value: !GetAtt Nobody.Arn
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub 'a-${Nobody}'}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub [a, b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Join ['-']}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Join ['-', a]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Select [2, [a, b]]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Select [first, [a, b]]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Split ['', a]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !FindInMap [Names, !Ref AWS::AccountId, a]}}
---
Resources:
  Logs: {Type: AWS::Logs::LogGroup}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Select [!GetAtt Logs.Arn, [a]]}}
---
Resources:
  Logs: {Type: AWS::Logs::LogGroup}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Split ['', !GetAtt Logs.Arn]}}
---
Resources:
  Logs: {Type: AWS::Logs::LogGroup}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Select [0, !Split [':', !GetAtt Logs.Aarn]]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !If [Nothing, a, b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !If [[a], b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !FindInMap [Names, eu, chat]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Equals [a, b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !ImportValue other}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Reff other}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: {Ref: a, Other: b}}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref AWS::StackId}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Base64 [a]}}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: missing.json}}
"), @r#"
    reading template t.yaml:5: Resources.Role.Properties.RoleName.Ref: there is no parameter or resource `Nobody`

    hint: add `Nobody` to the template, or use the name `Role`, then run `provisioner plan`
    reading template t.yaml:9: Resources.Role.Properties.Tags.1.Value.Fn::GetAtt: there is no parameter or resource `Nobody`

    hint: add `Nobody` to the template, or use the name `Role`, then run `provisioner plan`
    reading template t.yaml:2: Resources.Role.Properties.RoleName.Fn::Sub: there is no parameter or resource `Nobody`

    hint: add `Nobody` to the template, or use the name `Role`, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::Sub: it takes text, or a list of text and a map

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::Join: it takes a separator and a list

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::Join: it takes a list

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::Select: the index 2 is outside a list of 2

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::Select: the index "first" is not a whole number

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::Split: the separator is empty

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::FindInMap: a key is `AWS::AccountId`, which only AWS knows

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:3: Role.RoleName.Fn::Select: the index is `Logs.Arn`, which only AWS knows

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:3: Role.RoleName.Fn::Split: the separator is empty

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:3: Role.RoleName: `Logs` (AWS::Logs::LogGroup) has no attribute `Aarn`

    hint: use the attribute `Arn` of `Logs`, then run `provisioner plan`
    reading template t.yaml:2: Resources.Role.Properties.RoleName.Fn::If: there is no condition `Nothing`

    hint: add `Nothing` to the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::If: it takes a condition's name and two values

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::FindInMap: the mapping `Names` has no `eu`, `chat`

    hint: add `Names` to the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::Equals: it is allowed only in `Conditions`

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Fn::ImportValue: `Fn::ImportValue` is not supported; supported are Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, Fn::If, Fn::FindInMap, Fn::Base64, Fn::Transform with AWS::Include, and in Conditions Fn::Equals, Fn::And, Fn::Or, Fn::Not

    hint: remove it, or write a supported name; see `docs/template-support.md`
    reading template t.yaml:2: `!Reff` is not a CloudFormation function

    hint: write one of CloudFormation's functions, which `docs/template-support.md` lists, in its form
    resolving t.yaml:2: Role.RoleName: `Ref` must be the only key of its map

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Role.RoleName.Ref: `AWS::StackId` has a value only in a stack that CloudFormation deploys

    hint: deploy this template with `--engine cloudformation`; for a unique name, write `${AWS::StackName}-${AWS::AccountId}-${AWS::Region}`
    resolving t.yaml:2: Role.RoleName.Fn::Base64: it takes text, not ["a"]

    hint: correct it in the template, then run `provisioner plan`
    including missing.json into t.yaml: there is no file missing.json

    hint: create the file, or correct `Location`: it is relative to the file that includes it
    "#);
}

#[test]
fn invalid_conditions_and_dependencies_are_refused() {
    insta::assert_snapshot!(messages("\
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: Nothing
---
Conditions:
  First: !Not [!Condition Second]
  Second: !Not [!Condition First]
Resources: {R: {Type: T}}
---
Conditions:
  First: !Not [!Condition Second]
  Second: !Equals [a]
Resources: {R: {Type: T}}
---
Conditions:
  Mine: !Equals [!Ref AWS::AccountId, '1']
Resources: {R: {Type: T}}
---
Conditions:
  Many: !And [!Equals [a, a]]
Resources: {R: {Type: T}}
---
Conditions:
  Chosen: !If [a, b, c]
Resources: {R: {Type: T}}
---
Conditions:
  Plain: true
Resources: {R: {Type: T}}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    DependsOn: Nobody
---
Resources:
  A: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref B}}
  B: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref A}}
---
Resources:
  A: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref A}}
---
Conditions:
  Never: !Equals [a, b]
Resources:
  A: {Type: AWS::Logs::LogGroup, Condition: Never}
  B: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref A}}
"), @"
    reading template t.yaml:4: Resources.Role.Condition: there is no condition `Nothing`

    hint: add `Nothing` to the template, then run `provisioner plan`
    resolving t.yaml:3: Conditions.Second.Fn::Not.Condition: circular dependency between conditions: First → Second → First

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:3: Conditions.Second.Fn::Equals: it takes two values

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Conditions.Mine.Fn::Equals: it compares `AWS::AccountId`, which only AWS knows

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Conditions.Many.Fn::And: it takes a list of 2 to 10 conditions

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Conditions.Chosen.Fn::If: `Fn::If` does not return a condition

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: Conditions.Plain: a condition must be a function

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:4: Role.DependsOn: there is no resource `Nobody`

    hint: add `Nobody` to the template, or use the name `Role`, then run `provisioner plan`
    resolving t.yaml:2: A: circular dependency between resources: A → B → A

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:2: A: `A` refers to itself

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:5: B.LogGroupName.Ref: `A` does not exist here: its condition `Never` is false

    hint: correct it in the template, then run `provisioner plan`
    ");
}
