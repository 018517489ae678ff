//! What a YAML scalar without quotes stands for: here, and to CloudFormation.
//!
//! CloudFormation and the AWS CLI read YAML 1.1 (AWS's guide, "CloudFormation template format"), where `yes` is a flag,
//! `012` is ten and `12:30` is 750. The CLI's reader is PyYAML, whose rules are these. CloudFormation's own also reads `08`
//! and `1e3` as numbers (aws/serverless-application-model issue 1135, aws/aws-cli issue 3991). Dates are texts to
//! CloudFormation, which has no timestamps.

use serde_json::{Number, Value};

/// What a scalar without quotes is here: `null`, `true` and `false` in three spellings, and numbers in the notations that
/// every version of YAML has; everything else is text.
///
/// # Errors
/// When it is a number that JSON does not have.
pub(super) fn here(text: &str) -> Result<Value, String> {
    if let Some(word) = word(text) {
        return Ok(word);
    }
    if ["inf", "nan"].contains(&unsigned(text).trim_start_matches('.').to_ascii_lowercase().as_str())
        && unsigned(text).starts_with('.')
    {
        return Err(format!("`{text}` is not a number that JSON can hold; write it in quotes if it is text"));
    }
    let number = whole(text).or_else(|| real(text));
    Ok(number.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

/// What YAML 1.1 makes of it where that is not what it is here, or where its spelling is lost.
pub(super) fn elsewhere(text: &str) -> Option<Value> {
    let there = flag(text).map(Value::Bool).or_else(|| number_of_1_1(text))?;
    let kept = match here(text).ok()? {
        Value::String(_) => is_big(text),
        Value::Number(number) => number.is_i64() || number.is_u64() || number.to_string() == text,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => true,
    };
    (!kept).then_some(there)
}

/// As a key: text here, whatever it looks like.
pub(super) fn elsewhere_as_key(text: &str) -> Option<Value> {
    let there = word(text).or_else(|| flag(text).map(Value::Bool)).or_else(|| number_of_1_1(text))?;
    let shown = there.to_string();
    (shown != text).then_some(there)
}

fn word(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// The flags that only YAML 1.1 has.
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

fn is(text: &str, of: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(|byte| of(&byte))
}

/// A whole number that needs no YAML 1.1: decimal without zeros before it, hexadecimal or binary.
fn whole(text: &str) -> Option<Number> {
    let digits = unsigned(text);
    let magnitude = if is(digits, u8::is_ascii_digit) && (digits == "0" || !digits.starts_with('0')) {
        digits.parse::<u64>().ok()
    } else if let Some(hexadecimal) = digits.strip_prefix("0x").filter(|rest| is(rest, u8::is_ascii_hexdigit)) {
        u64::from_str_radix(hexadecimal, 16).ok()
    } else if let Some(binary) = digits.strip_prefix("0b").filter(|rest| is(rest, |byte| matches!(byte, b'0' | b'1'))) {
        u64::from_str_radix(binary, 2).ok()
    } else {
        None
    }?;
    match text.starts_with('-') {
        true => i64::try_from(-i128::from(magnitude)).ok().map(Number::from),
        false => Some(Number::from(magnitude)),
    }
}

/// A decimal whole number that 64 bits do not hold: it stays text here, so that no digit is lost.
fn is_big(text: &str) -> bool {
    let digits = unsigned(text);
    is(digits, u8::is_ascii_digit) && !digits.starts_with('0')
}

/// A number with a point. PyYAML wants the sign of an exponent.
fn real(text: &str) -> Option<Number> {
    let (mantissa, exponent) = match unsigned(text).split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned(text), None),
    };
    let (before, after) = mantissa.split_once('.')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let pointed =
        digits(before) && digits(after) && !(before.is_empty() && (after.is_empty() || unsigned(text) != text));
    let raised = exponent.is_none_or(|power| power != unsigned(power) && is(unsigned(power), u8::is_ascii_digit));
    (pointed && raised).then(|| text.parse().ok().and_then(Number::from_f64)).flatten()
}

/// What YAML 1.1 reads as a number, in every notation.
fn number_of_1_1(text: &str) -> Option<Value> {
    let digits = unsigned(text).replace('_', "");
    if !unsigned(text).starts_with(|first: char| first.is_ascii_digit() || first == '.') || digits.is_empty() {
        return None;
    }
    let magnitude = sixty(&digits).or_else(|| based(&digits)).or_else(|| pointed(&digits))?;
    let signed = if text.starts_with('-') { -magnitude } else { magnitude };
    let whole =
        (signed.fract() == 0.0 && signed.abs() < 9e15 && !text.contains(['.', 'e', 'E'])).then_some(signed as i64);
    Some(whole.map_or_else(|| Value::from(signed), Value::from))
}

/// `12:30` is 12 × 60 + 30, `1:30.5` too.
fn sixty(digits: &str) -> Option<f64> {
    let parts: Vec<&str> = digits.split(':').collect();
    let (first, rest) = parts.split_first().filter(|(_, rest)| !rest.is_empty())?;
    if !is(first, u8::is_ascii_digit) {
        return None;
    }
    let mut sum: f64 = first.parse().ok()?;
    for (index, part) in rest.iter().enumerate() {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
        let last = index + 1 == rest.len();
        let fits = is(whole, u8::is_ascii_digit) && whole.len() <= 2 && whole.parse::<u8>().is_ok_and(|one| one < 60);
        if !fits || (!last && part.contains('.')) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        sum = sum * 60.0 + format!("{whole}.{fraction}0").parse::<f64>().ok()?;
    }
    // A whole number in this notation does not begin with a zero.
    (digits.contains('.') || !first.starts_with('0')).then_some(sum)
}

/// `0x1F`, `0b11` and `017`.
fn based(digits: &str) -> Option<f64> {
    let (rest, base) = match (digits.strip_prefix("0x"), digits.strip_prefix("0b")) {
        (Some(rest), _) => (rest, 16),
        (_, Some(rest)) => (rest, 2),
        (None, None) => (digits.strip_prefix('0')?, 8),
    };
    u64::from_str_radix(rest, base).ok().filter(|_| !rest.starts_with(['+', '-'])).map(|number| number as f64)
}

/// Decimal, with or without a point and an exponent.
fn pointed(digits: &str) -> Option<f64> {
    let allowed = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let number: f64 = digits.bytes().all(|byte| allowed(&byte)).then(|| digits.parse().ok()).flatten()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plain_scalar_is_what_every_version_of_yaml_takes_it_for_and_text_otherwise() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("True", json!(true)),
            ("FALSE", json!(false)),
            ("0", json!(0)),
            ("-5", json!(-5)),
            ("+5", json!(5)),
            ("123456789012", json!(123_456_789_012_u64)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!("18446744073709551616")),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("1.10", json!(1.1)),
            ("1.", json!(1.0)),
            (".5", json!(0.5)),
            ("1.5e+3", json!(1500.0)),
            ("yes", json!("yes")),
            ("y", json!("y")),
            ("On", json!("On")),
            ("012", json!("012")),
            ("0o17", json!("0o17")),
            ("08", json!("08")),
            ("12:30", json!("12:30")),
            ("1_000", json!("1_000")),
            ("1e3", json!("1e3")),
            ("2012-10-17", json!("2012-10-17")),
            (".", json!(".")),
            ("-", json!("-")),
            ("1.2.3", json!("1.2.3")),
        ] {
            assert_eq!(here(text).as_ref(), Ok(&value), "{text}");
        }
        for text in [".inf", "-.INF", ".nan"] {
            assert!(here(text).unwrap_err().contains("not a number that JSON can hold"), "{text}");
        }
    }

    #[test]
    fn what_yaml_1_1_takes_for_something_else_is_known() {
        for (text, value) in [
            ("yes", json!(true)),
            ("OFF", json!(false)),
            ("012345", json!(5349)),
            ("012345670123", json!(1_402_433_619)),
            ("088888888888", json!(88_888_888_888_i64)),
            ("08", json!(8)),
            ("12:30", json!(750)),
            ("-1:30", json!(-90)),
            ("1:30.5", json!(90.5)),
            ("1_000", json!(1000)),
            ("1e3", json!(1000.0)),
            ("1.10", json!(1.1)),
            ("0x_1F", json!(31)),
        ] {
            assert_eq!(elsewhere(text), Some(value), "{text}");
        }
        for text in
            ["", "true", "5", "+5", "0x1F", "2.0", "0.5", "2012-10-17", "a", "y", "0o17", "1.2.3", "10.0.0.0/16"]
        {
            assert_eq!(elsewhere(text), None, "{text}");
        }
        assert_eq!(elsewhere("123456789012345678901234567890"), None, "every digit is kept");
        assert_eq!(elsewhere_as_key("no"), Some(json!(false)));
        assert_eq!(elsewhere_as_key("Null"), Some(json!(null)));
        assert_eq!(elsewhere_as_key("012345670123"), Some(json!(1_402_433_619)));
        assert_eq!((elsewhere_as_key("200"), elsewhere_as_key("us-east-1")), (None, None));
    }
}
