//! `docs/template-support.md`: the typed kinds and their properties, generated from the types.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, Expected, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::filling::least;
use super::{Property, Resource, facts, typed_kinds};

const HEAD: &str = "\
# Template support

Generated from the code: `UPDATE_DOCS=1 cargo test --workspace --lib template_support` writes it, and `make test` \
fails when it is out of date.

The provisioner calls the service's own API for the resource types on this page. It compares their properties with \
the documented defaults, refuses a property that is not listed, with its place in the template, and replaces the \
resource when a property with `*` changes. It manages every other type of AWS's registry through Cloud Control \
([reasons and limits](decisions/0008-other-kinds-through-cloud-control.md)). Each resource also accepts \
`Type`, `Condition`, `DependsOn`, `DeletionPolicy` and `Metadata` (only `Provisioner` is read from `Metadata`: \
[smoke tests](smoke-tests.md)). `Ref`, `Fn::GetAtt`, `Fn::Sub`, `Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::If`, \
`Fn::FindInMap` and `Fn::Base64` are evaluated, and the condition functions in `Conditions`.

## How a template is read

Templates, included files and parameter files are UTF-8, with or without a byte order mark, and YAML or JSON. JSON \
is read as JSON, as is every file whose name ends with `.json`. YAML is read as CloudFormation reads it, which is \
YAML 1.1, merge keys (`<<`) included: without quotes `yes` and `on` are `true`, `12:30` is 750, `1_000` is 1000, \
`012345` is 5349, `08` is 8 and `1e3` is 1000, as values and as keys. Dates such as `2012-10-17` are text. `plan` \
and `deploy` of both engines, `destroy` of the direct engine and `synth` (on stderr) print a note for each value \
that differs from its notation, with its line and the way to write it as text. So both engines and the output of \
`synth` have the value that CloudFormation reads from the same source; `synth` quotes each text that YAML 1.1 could \
read as another type.

Scalars are converted to the type of the property, in both directions: `512`, `512.0` and `\"512\"` are one number, \
`2024` and `true` are text where text is required. A number without quotes loses its notation: `1.10` becomes the \
text `1.1`, as in CloudFormation, and a note reports it. Integers beyond 64 bits keep their digits.

Errors that CloudFormation reports for any template are reported here with the line: nulls, names that contain other \
characters than letters and digits, undefined names, the same name for a parameter and a resource, mappings without \
exactly two levels of keys, outputs and descriptions that are not text, duplicate export names, a default outside \
its `AllowedValues`, more than 200 parameters, mappings, outputs, or keys at one level of a mapping, and names and \
descriptions that are too long. The quota of 500 resources is not checked: it applies to CloudFormation stacks of an \
account, and CloudFormation reports it. `AllowedPattern` is a Java regular expression that the whole value must \
match; a pattern that cannot be evaluated here is a note of the same commands with the reason, and the value is \
accepted. A parameter's value has at most 4,096 bytes. An output needs a value, so `AWS::NoValue` is refused there. \
The name of an export must not depend on a resource.

A dynamic reference (`{{resolve:ssm:…}}`, `ssm-secure`, `secretsmanager`) in a property is refused by the direct \
engine, also if it comes from a parameter: only CloudFormation resolves it. An output whose value is a function of a \
dynamic reference, such as `Fn::Base64`, is refused too. In other places it is text. `{{resolve:…}}` with another \
service in a property is written as that text, with a note.

A parameter's value is text, so a file for `--parameters` gives it as it is written: `1.10`, `0x1F`, `012` and `on` \
stay unchanged, with and without quotes. A null is refused: write `''` for empty text. The file contains `Name: \
value` lines, or has one of the formats of AWS's tools: `[{\"ParameterKey\": …, \"ParameterValue\": …}]` (`aws \
cloudformation create-stack`; `UsePreviousValue` is refused, since no earlier values are stored), `{\"Parameters\": \
{…}, \"Tags\": {…}}` (CodePipeline; a note lists `Tags` and `StackPolicy`, which are not used, and other keys are \
refused) or `[\"Name=value\"]` (`aws cloudformation deploy`).
";

/// A property of a template, and what it contains.
pub(super) struct Supported {
    name: &'static str,
    /// The names of its own properties, or the shape of its value; empty for a scalar or a list of these.
    content: String,
}

/// The properties that a type requests when it is deserialised.
pub(super) fn supported<T: DeserializeOwned>() -> Vec<Supported> {
    let requested = |property: Option<&'static str>| {
        let probe = Probe { property, requested: &RefCell::new(Requested::Value) };
        let is_read = T::deserialize(probe);
        assert!(is_read.is_err(), "there is nothing to read");
        probe.requested.take()
    };
    let content = |name| match requested(Some(name)) {
        Requested::Value => String::new(),
        Requested::Properties(names) => names.join(", "),
        Requested::Shape(shape) => shape,
    };
    let Requested::Properties(names) = requested(None) else { panic!("a kind has properties") };
    names.iter().map(|name| Supported { name, content: content(name) }).collect()
}

#[derive(Default)]
enum Requested {
    #[default]
    Value,
    Properties(&'static [&'static str]),
    Shape(String),
}

/// Records what a type or one of its properties requests when it is deserialised, and gives no value.
#[derive(Clone, Copy)]
struct Probe<'p> {
    property: Option<&'static str>,
    requested: &'p RefCell<Requested>,
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    /// A type that accepts several shapes describes them.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let shape = (&visitor as &dyn Expected).to_string();
        if shape != "any valid JSON value" {
            self.requested.replace(Requested::Shape(shape));
        }
        Err(Error::custom("nothing"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(property) = self.property {
            let inside = Probe { property: None, ..self };
            return visitor.visit_map(MapDeserializer::new([(property, inside)].into_iter()));
        }
        self.requested.replace(Requested::Properties(fields));
        Err(Error::custom("nothing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new([self].into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new([("", self)].into_iter()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u32 u64 u128 f32 char str bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Probe<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn generated() -> String {
    let mut text = HEAD.to_owned();
    for kind in typed_kinds() {
        let (attributes, create_only, properties) = facts(kind);
        let _ = write!(text, "\n## {kind}\n\n");
        for Supported { name, content } in properties {
            let replaced = create_only.iter().any(|one| *one == Property::EVERY || one.name() == name);
            let content = if content.is_empty() { content } else { format!(": {content}") };
            let _ = writeln!(text, "- `{name}`{}{content}", if replaced { " *" } else { "" });
        }
        if !attributes.is_empty() {
            let _ = writeln!(text, "\n`Fn::GetAtt`: {}.", attributes.join(", "));
        }
    }
    text
}

#[test]
fn the_page_on_template_support_matches_the_types() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/template-support.md");
    let text = generated();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        published == text,
        "docs/template-support.md is stale: write it with \
         `UPDATE_DOCS=1 cargo test --workspace --lib template_support`"
    );
}

#[test]
fn a_template_cannot_give_the_planners_own_fields() {
    let mut refused = Vec::new();
    for kind in typed_kinds() {
        let (_, _, supported) = facts(kind);
        let least = least(kind, "a").as_object().unwrap().clone();
        let resource = Resource::parse(kind, least.clone()).unwrap().unwrap();
        let written = serde_json::to_value(resource).unwrap();
        let besides = written.as_object().unwrap().iter();
        for (name, value) in besides.filter(|(name, _)| supported.iter().all(|one| one.name != name.as_str())) {
            let mut properties = least.clone();
            // An empty text counts as absent.
            let value = if value == "" { "mine".into() } else { value.clone() };
            properties.insert(name.clone(), value);
            let fault = Resource::parse(kind, properties).unwrap_err();
            assert!(fault.reason.to_string().contains("not supported") && fault.property == *name, "{kind} {fault:?}");
            refused.push(name.clone());
        }
    }
    assert!(refused.contains(&"Checks".to_owned()) && refused.contains(&"Release".to_owned()), "{refused:?}");
}
