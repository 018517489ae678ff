//! The value of a YAML scalar without quotes, as CloudFormation reads it, which is YAML 1.1 (AWS's guide,
//! "CloudFormation template format").
//!
//! In YAML 1.1 `yes` is a boolean, `012` is ten and `12:30` is 750. PyYAML, the AWS CLI's reader, has the same rules.
//! CloudFormation also reads `08` and `1e3` as numbers (aws/serverless-application-model issue 1135, aws/aws-cli issue
//! 3991). Dates are text to CloudFormation, which has no timestamps.

use serde_json::{Number, Value};

/// The value of a scalar without quotes.
///
/// # Errors
/// When it is a number that JSON cannot represent.
pub(super) fn read(text: &str) -> Result<Value, String> {
    if let Some(word) = word(text).or_else(|| flag(text).map(Value::Bool)) {
        return Ok(word);
    }
    let magnitude = unsigned(text).strip_prefix('.').map(str::to_ascii_lowercase);
    if magnitude.is_some_and(|name| name == "inf" || name == "nan") {
        return Err(format!("`{text}` is not a number that JSON can represent; write it in quotes if it is text"));
    }
    Ok(number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

/// The value, where the author may have meant another one: a boolean or a number in a notation that only YAML 1.1 has,
/// or a number that loses its notation.
pub(super) fn unexpected(text: &str) -> Option<Value> {
    let value = read(text).ok()?;
    let is_expected = match &value {
        Value::Bool(_) => flag(text).is_none(),
        Value::Number(number) => is_whole_in_every_version(text) || notation(&number.to_string()) == notation(text),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => true,
    };
    (!is_expected).then_some(value)
}

/// The scalar as a key: the text of its value.
pub(super) fn key(text: &str) -> String {
    match read(text) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(_) => text.to_owned(),
    }
}

/// A scalar under a tag that sets its type, such as `!!bool yes` and `!!int "012"`.
///
/// # Errors
/// When its text does not match that type.
pub(super) fn tagged(kind: &str, text: &str) -> Result<Value, String> {
    let value = match kind {
        "null" => Some(Value::Null),
        "bool" => flag(text).map(Value::Bool).or_else(|| word(text).filter(Value::is_boolean)),
        "int" => number(text).filter(|number| !number.is_f64()).map(Value::Number),
        _ => number(text).and_then(|number| number.as_f64()).and_then(Number::from_f64).map(Value::Number),
    };
    value.ok_or_else(|| format!("`{text}` is not a value of `!!{kind}`"))
}

/// Whether it is a null.
pub(super) fn is_null(text: &str) -> bool {
    word(text).is_some_and(|word| word.is_null())
}

/// The words with a meaning in every version of YAML.
fn word(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// The booleans that only YAML 1.1 has.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn consists_of(text: &str, of: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(|byte| of(&byte))
}

/// A whole number in every version of YAML: decimal without leading zeros, hexadecimal or binary.
fn is_whole_in_every_version(text: &str) -> bool {
    let digits = unsigned(text);
    match digits.strip_prefix('0') {
        None => consists_of(digits, u8::is_ascii_digit),
        Some(rest) => rest.is_empty() || rest.starts_with(['x', 'b']) && !rest.contains('_'),
    }
}

/// The notation of a number, without a plus sign in the exponent and without a `.0` before the exponent.
fn notation(text: &str) -> String {
    text.replace("e+", "e").replace(".0e", "e")
}

/// A number in any notation. A whole number of more than 64 bits stays text, so that no digit is lost.
fn number(text: &str) -> Option<Number> {
    let digits = unsigned(text).replace('_', "");
    if !unsigned(text).starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let is_negative = text.starts_with('-');
    let real = |magnitude: f64| Number::from_f64(if is_negative { -magnitude } else { magnitude });
    if let Some((magnitude, fraction)) = sexagesimal(&digits) {
        return match fraction {
            None => signed(magnitude, is_negative),
            Some(fraction) => real(format!("{magnitude}.{fraction}0").parse().ok()?),
        };
    }
    match whole(&digits) {
        Some(magnitude) => signed(magnitude, is_negative),
        None => real(decimal(&digits)?),
    }
}

fn signed(magnitude: u128, is_negative: bool) -> Option<Number> {
    match is_negative {
        true => i64::try_from(-i128::try_from(magnitude).ok()?).ok().map(Number::from),
        false => u64::try_from(magnitude).ok().map(Number::from),
    }
}

/// `12:30` is 12 × 60 + 30; `1:30.5` also has a fraction.
fn sexagesimal(digits: &str) -> Option<(u128, Option<&str>)> {
    let (digits, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let (first, rest) = digits.split_once(':')?;
    // A whole number in this notation does not begin with a zero.
    let begins = consists_of(first, u8::is_ascii_digit) && (fraction.is_some() || !first.starts_with('0'));
    if !begins || fraction.is_some_and(|fraction| !fraction.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let sum = rest.split(':').try_fold(first.parse::<u128>().ok()?, |sum, part| {
        let fits = consists_of(part, u8::is_ascii_digit) && part.len() <= 2;
        let part = part.parse::<u128>().ok().filter(|part| fits && *part < 60)?;
        sum.checked_mul(60)?.checked_add(part)
    })?;
    Some((sum, fraction))
}

/// `31`, `0x1F`, `0b11` and `017`; `08` is decimal.
fn whole(digits: &str) -> Option<u128> {
    let (rest, base, is_digit): (_, _, fn(&u8) -> bool) = match (digits.get(..2), digits.strip_prefix('0')) {
        (Some("0x"), _) => (&digits[2..], 16, u8::is_ascii_hexdigit),
        (Some("0b"), _) => (&digits[2..], 2, |byte| matches!(byte, b'0' | b'1')),
        (_, Some(rest)) if consists_of(rest, |byte| matches!(byte, b'0'..=b'7')) => (rest, 8, u8::is_ascii_digit),
        _ => (digits, 10, u8::is_ascii_digit),
    };
    u128::from_str_radix(rest, base).ok().filter(|_| consists_of(rest, is_digit))
}

/// A number with a decimal point or an exponent.
fn decimal(digits: &str) -> Option<f64> {
    let allowed = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let is_pointed = digits.contains(['.', 'e', 'E']) && digits.bytes().all(|byte| allowed(&byte));
    is_pointed.then(|| digits.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plain_scalar_has_the_value_that_cloudformation_reads() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("True", json!(true)),
            ("FALSE", json!(false)),
            ("yes", json!(true)),
            ("On", json!(true)),
            ("OFF", json!(false)),
            ("y", json!("y")),
            ("0", json!(0)),
            ("-5", json!(-5)),
            ("+5", json!(5)),
            ("123456789012", json!(123_456_789_012_u64)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!("18446744073709551616")),
            ("-9223372036854775808", json!(i64::MIN)),
            ("9_007_199_254_740_993", json!(9_007_199_254_740_993_u64)),
            ("0x1F", json!(31)),
            ("0x_1E", json!(30)),
            ("0b11", json!(3)),
            ("012", json!(10)),
            ("012345", json!(5349)),
            ("012345670123", json!(1_402_433_619)),
            ("08", json!(8)),
            ("088888888888", json!(88_888_888_888_i64)),
            ("0o17", json!("0o17")),
            ("2:30", json!(150)),
            ("12:30", json!(750)),
            ("-1:30", json!(-90)),
            ("1:30.5", json!(90.5)),
            ("1:60", json!("1:60")),
            ("01:30", json!("01:30")),
            ("1_000", json!(1000)),
            ("1e3", json!(1000.0)),
            ("1e-7", json!(1e-7)),
            ("1.5e+3", json!(1500.0)),
            ("1.10", json!(1.1)),
            ("1.", json!(1.0)),
            (".5", json!(0.5)),
            ("1e999", json!("1e999")),
            ("2012-10-17", json!("2012-10-17")),
            ("10.0.0.0/16", json!("10.0.0.0/16")),
            (".", json!(".")),
            ("-", json!("-")),
            ("0x", json!("0x")),
            ("0x+1", json!("0x+1")),
            ("1.2.3", json!("1.2.3")),
        ] {
            assert_eq!(read(text).as_ref(), Ok(&value), "{text}");
        }
        for text in [".inf", "-.INF", ".nan"] {
            assert!(read(text).unwrap_err().contains("not a number that JSON can represent"), "{text}");
        }
    }

    #[test]
    fn only_a_scalar_with_another_meaning_is_unexpected() {
        for text in ["yes", "OFF", "012345", "08", "12:30", "1_000", "1e3", "1.10", "0x_1F", "1.5e+3"] {
            assert_eq!(unexpected(text), read(text).ok(), "{text}");
        }
        for text in [
            "", "true", "False", "5", "+5", "0x1F", "0", "2.0", "0.5", "1e-7", "1e21", "1e+21", "1.0e+300",
            "2012-10-17", "a", "y", "0o17", "1.2.3", "123456789012345678901234567890",
        ] {
            assert_eq!(unexpected(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_the_text_of_its_value() {
        for (text, name) in [
            ("no", "false"),
            ("Null", "null"),
            ("012345670123", "1402433619"),
            ("0123456789012", "123456789012"),
            ("200", "200"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("us-east-1", "us-east-1"),
            (".inf", ".inf"),
        ] {
            assert_eq!(key(text), name);
        }
    }

    #[test]
    fn a_yaml_tag_sets_the_type_of_a_scalar() {
        for (kind, text, value) in [
            ("bool", "yes", json!(true)),
            ("bool", "False", json!(false)),
            ("int", "012", json!(10)),
            ("int", "-1_000", json!(-1000)),
            ("float", "1", json!(1.0)),
            ("float", "1:30", json!(90.0)),
            ("null", "", json!(null)),
        ] {
            assert_eq!(tagged(kind, text), Ok(value), "!!{kind} {text}");
        }
        for (kind, text) in [("bool", "1"), ("int", "1.5"), ("int", "many"), ("float", "many")] {
            assert_eq!(tagged(kind, text), Err(format!("`{text}` is not a value of `!!{kind}`")));
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_of_a_value_is_expected_and_equal(text in "[-+]?[0-9._:eExb]{1,8}|[a-zA-Z]{1,4}") {
            if let Some(value) = unexpected(&text) {
                let written = value.to_string();
                prop_assert_eq!(unexpected(&written), None, "{} is {}", text, written);
                prop_assert_eq!(read(&written), Ok(value));
            }
        }
    }
}
