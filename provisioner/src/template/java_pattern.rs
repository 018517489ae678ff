//! Java's regular expressions. An `AllowedPattern` is one that the whole value must match (AWS's guide, "CloudFormation
//! template Parameters syntax"), and so are the patterns in the registry's schemas.
//!
//! Java's notation is translated where `fancy_regex` has another notation for the same: `\w`, `\d` and `\s` are ASCII
//! in Java, `\h` is horizontal whitespace, `\p{Alpha}` is a POSIX class, and `\Q…\E` quotes.

use std::iter::Peekable;
use std::str::Chars;

use fancy_regex::{CompileError, Error, Regex};

/// Whether the whole value matches a pattern.
///
/// # Errors
/// The reason why the pattern cannot be read here, or cannot be tried in reasonable time.
pub(super) fn matches(pattern: &str, value: &str) -> Result<bool, String> {
    let whole = Regex::new(&format!(r"\A(?:{})\z", translated(pattern)?)).map_err(|error| reason(&error))?;
    whole.is_match(value).map_err(|error| reason(&error))
}

/// A pattern that may match any part of a text; `None` if it cannot be read here.
pub(crate) fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(&translated(pattern).ok()?).ok()
}

/// Describes the error for the pattern as it is written: a message of `fancy_regex` is about the translated pattern.
fn reason(error: &Error) -> String {
    if matches!(error, Error::RuntimeError(_)) {
        return "matching this value takes too long".to_owned();
    }
    let is_too_large = matches!(error, Error::CompileError(inner) if is_too_large(inner));
    if is_too_large { "it matches too many characters".to_owned() } else { INCOMPLETE.to_owned() }
}

fn is_too_large(error: &CompileError) -> bool {
    matches!(error, CompileError::PatternTooComplex)
        || matches!(error, CompileError::InnerError(inner) if inner.size_limit().is_some())
}

const INCOMPLETE: &str = "it is incomplete, or contains syntax that only Java supports";

/// Translates the pattern to the notation of `fancy_regex`.
///
/// # Errors
/// When it has a notation with another meaning here.
fn translated(pattern: &str) -> Result<String, String> {
    let mut translated = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    let mut classes = 0_usize;
    // For each open group, whether `.` matches every character, line ends too.
    let mut any = vec![false];
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut translated, &mut rest)?,
            '[' => {
                classes += 1;
                translated.push(c);
                if rest.next_if_eq(&'^').is_some() {
                    translated.push('^');
                }
                // The first `]` of a class is one of its characters, in an inner class too.
                if rest.next_if_eq(&']').is_some() {
                    translated.push_str(r"\]");
                }
                // Java ignores an intersection with nothing before it (OpenJDK 17: `[&&a]` is `a`).
                if rest.clone().take(2).eq("&&".chars()) && translated.ends_with(['[', '^']) {
                    return Err(INCOMPLETE.to_owned());
                }
                // Here `[:` in a class begins a POSIX class, and `[::` does not.
                if classes > 1 && rest.next_if_eq(&':').is_some() {
                    translated.push_str("::");
                }
            }
            ']' => {
                classes = classes.saturating_sub(1);
                translated.push(c);
            }
            // Differences of classes here, two characters in Java.
            '-' | '~' if classes > 0 && rest.peek() == Some(&c) => {
                rest.next();
                translated.extend([c, '\\', c]);
            }
            // Java reads `&&` before `]` or a third `&` by special rules (OpenJDK 17: `[a&&]` is `a`, `[a&&&b]` is `a`,
            // `b` or `&`); here these are empty intersections.
            '&' if classes > 0 && rest.peek() == Some(&c) => {
                rest.next();
                if matches!(rest.peek(), Some(']' | '&')) {
                    return Err(INCOMPLETE.to_owned());
                }
                translated.push_str("&&");
            }
            '(' if classes == 0 => {
                translated.push(c);
                group(&mut translated, &mut rest, &mut any)?;
            }
            // The pattern must not close the parenthesis that encloses it.
            ')' if classes == 0 && any.len() == 1 => return Err(INCOMPLETE.to_owned()),
            ')' if classes == 0 => {
                any.pop();
                translated.push(c);
            }
            '.' if classes == 0 && any.last() != Some(&true) => class(&mut translated, LINE_ENDS, true),
            c => translated.push(c),
        }
    }
    Ok(translated)
}

/// Reads the text after a `(`: flags, if there are any. `(?s)` applies to the rest of its enclosing group, `(?s:` to
/// the group that it opens.
fn group(out: &mut String, rest: &mut Peekable<Chars<'_>>, any: &mut Vec<bool>) -> Result<(), String> {
    let outer = any.last().copied().unwrap_or_default();
    let mut ahead = rest.clone();
    let has_flags = ahead.next() == Some('?');
    let flags: String = ahead.clone().take_while(|c| c.is_ascii_alphabetic() || *c == '-').collect();
    let end = ahead.nth(flags.len());
    if !has_flags || !matches!(end, Some(')' | ':')) {
        any.push(outer);
        return Ok(());
    }
    if let Some(flag) = flags.chars().find(|flag| matches!(flag, 'U' | 'd')) {
        return Err(format!("the flag `{flag}` has this meaning only in Java"));
    }
    let (on, off) = flags.split_once('-').unwrap_or((flags.as_str(), ""));
    let is_any = (outer || on.contains('s')) && !off.contains('s');
    if end == Some(':') {
        any.push(is_any);
    } else {
        // The `)` of `(?s)` ends the flags, not a group.
        any.pop();
        any.extend([is_any, is_any]);
    }
    let flags = rest.by_ref().take(flags.len() + 1);
    out.extend(flags);
    Ok(())
}

/// The line ends in Java, which `.` does not match.
const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// Translates the text after a backslash.
fn escape(out: &mut String, rest: &mut Peekable<Chars<'_>>) -> Result<(), String> {
    let Some(c) = rest.next() else {
        out.push('\\');
        return Ok(());
    };
    match c {
        'd' => class(out, "0-9", false),
        'D' => class(out, "0-9", true),
        'w' => class(out, "a-zA-Z0-9_", false),
        'W' => class(out, "a-zA-Z0-9_", true),
        's' => class(out, r" \t\n\x0B\f\r", false),
        'S' => class(out, r" \t\n\x0B\f\r", true),
        'h' => class(out, BLANKS, false),
        'H' => class(out, BLANKS, true),
        'v' => class(out, VERTICAL, false),
        'V' => class(out, VERTICAL, true),
        'N' => return Err("`\\N{…}` (a character by its name) is not supported".to_owned()),
        'e' => out.push_str(r"\x1B"),
        'Q' => quote(out, rest),
        'u' => {
            let unit = |from: &mut Peekable<Chars<'_>>| u16::from_str_radix(&from.take(4).collect::<String>(), 16).ok();
            let first = unit(rest);
            let mut ahead = rest.clone();
            let second = ahead.by_ref().take(2).eq(r"\u".chars()).then(|| unit(&mut ahead)).flatten();
            // Java joins two surrogates to one character.
            let character = char::decode_utf16([first, second].into_iter().flatten()).next().and_then(Result::ok);
            let character = character.filter(|_| first.is_some()).ok_or(INCOMPLETE)?;
            if character.len_utf16() == 2 {
                *rest = ahead;
            }
            out.push_str(&format!(r"\x{{{:X}}}", u32::from(character)));
        }
        'p' | 'P' => property(out, rest, c == 'P'),
        // Here `\<` would be the beginning of a word.
        c if matches!(c, '<' | '>') || !c.is_ascii() => out.push(c),
        c => out.extend(['\\', c]),
    }
    Ok(())
}

/// Java's vertical whitespace.
const VERTICAL: &str = r"\n\x0B\f\r\x{85}\x{2028}\x{2029}";

/// Java's horizontal whitespace.
const BLANKS: &str = r" \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}";

/// Writes a class; inside another class it is a part of that class.
fn class(out: &mut String, characters: &str, negated: bool) {
    out.push_str(if negated { "[^" } else { "[" });
    out.push_str(characters);
    out.push(']');
}

/// Escapes the text up to `\E`, or up to the end.
fn quote(out: &mut String, rest: &mut Peekable<Chars<'_>>) {
    while let Some(c) = rest.next() {
        match c {
            '\\' if rest.peek() == Some(&'E') => {
                rest.next();
                return;
            }
            c if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '_') => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
}

/// `\p{Name}`: Java's POSIX classes are ASCII. Java's names of Unicode's own classes have a prefix that the names here
/// do not have.
fn property(out: &mut String, rest: &mut Peekable<Chars<'_>>, negated: bool) {
    let name: String = match rest.next() {
        Some('{') => rest.by_ref().take_while(|c| *c != '}').collect(),
        Some(letter) => letter.to_string(),
        None => String::new(),
    };
    let posix = match name.as_str() {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => r"!-/:-@\[-`{-~",
        "Graph" => "!-~",
        "Print" => " -~",
        "Blank" => r" \t",
        "Cntrl" => r"\x00-\x1F\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => r" \t\n\x0B\f\r",
        "ASCII" => r"\x00-\x7F",
        name => {
            let name = name.strip_prefix("Is").unwrap_or(name);
            out.push_str(&format!(r"\{}{{{name}}}", if negated { 'P' } else { 'p' }));
            return;
        }
    };
    class(out, posix, negated);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_values_as_in_java() {
        for (pattern, taken, refused) in [
            (r"^(?!aws)[a-z0-9-]{3,20}$", &["films", "my-aws"][..], &["aws-x", "ab", "Films"][..]),
            ("[a-z]+", &["abc"], &["abc1", "1abc", "abc\n"]),
            ("a|b", &["a", "b"], &["ab", "ax"]),
            (r"\d{12}", &["012345678901"], &["٠١٢٣٤٥٦٧٨٩٠١"]),
            (r"[\w-.]+", &["a_b-c.d"], &["é", "a b"]),
            (r"\S+", &["a"], &["a b", ""]),
            (r"[a-z&&[^aeiou]]+", &["bcd"], &["abc"]),
            (r"[+--]+", &["+,-"], &["."]),
            (r"\p{Alpha}\p{Alnum}*+", &["a1"], &["1a", "é"]),
            (r"[\p{Upper}_]+", &["A_B"], &["a"]),
            (r"\p{IsAlphabetic}+", &["é"], &["1"]),
            (r"\Qa.b\E+", &["a.b", "a.bb"], &["axb"]),
            (r"a\-b\_c\/d\:e", &["a-b_c/d:e"], &["a"]),
            (r"(?i)prod|dev", &["PROD", "dev"], &["test"]),
            (r"(a)\1", &["aa"], &["ab"]),
            (r"(?<!x)y|x(?=y)y", &["xy", "y"], &["x"]),
            (r"\u0041\h\x42", &["A B"], &["AB"]),
            (r"[\uE000-\uFFFD\uD83C\uDFAC-\uDBFF\uDFFF]", &["\u{e000}", "\u{1f3ac}"], &["a", "\u{1f3ab}"]),
            (r"[\u0009\u0020-\u00FF]*\Z", &["a\té"], &["\u{100}"]),
            (r"[^\D1]", &["3"], &["1", "a"]),
            (r"[\W_-]\D", &["éa", "_٣"], &["ea", "-3"]),
            (r"\<\>", &["<>"], &[""]),
            ("", &[""], &["a"]),
            ("a.c", &["abc", "a\tc"], &["a\nc", "a\rc", "a\u{85}c", "a\u{2028}c", "a\u{2029}c"]),
            ("(?s)a.c", &["a\nc", "a\rc"], &["ac"]),
            ("(a(?s).b).c", &["a\nbxc"], &["a\nb\nc"]),
            ("(?s:a.b).c", &["a\nbxc"], &["a\nb\nc"]),
            ("(?s)a(?-s:.)b", &["axb"], &["a\nb"]),
            (r"[.]\..", &["..x"], &["x.x", "..\r"]),
            ("[[:alpha:]]+", &["alph:a"], &["xyz"]),
            // The rows on the first `]` of a class are the results of OpenJDK 17.
            ("[].a]+", &["].a"], &["xyz", "b"]),
            ("[^].a]+", &["xyz"], &["]", ".", "a"]),
            ("[]]", &["]"], &["", "]]"]),
            ("[^]]+", &["a.["], &["]"]),
            ("[]-a]+", &["]^_a"], &["-", "b"]),
            ("[a]]", &["a]"], &["a", "]"]),
            ("[]]]", &["]]"], &["]"]),
            ("[a[].b]]+", &["a].b"], &["[", "c"]),
            ("[[].]x]+", &["].x"], &["[", "y"]),
            ("[[^]]a]+", &["ab[."], &["]"]),
            ("[a&&[].]]+", &[], &["a", "]", "."]),
            ("[]a&&[]a]]+", &["]a"], &["b", "&"]),
            ("[]&&a]+", &[], &["]", "a", "&"]),
            ("[a&&[^]]]+", &["aa"], &["]", "b"]),
            ("[]a].", &["]x", "a\t"], &["]\n", "x]"]),
            (r"\v", &["\u{0b}", "\u{2028}"], &["v"]),
            (r"(?<name>a)(?:b)(?=c)c", &["abc"], &["ab"]),
        ] {
            for (values, matched) in [(taken, true), (refused, false)] {
                for value in values {
                    assert_eq!(matches(pattern, value), Ok(matched), "`{pattern}` on `{value}`");
                }
            }
        }
    }

    #[test]
    fn an_unsupported_pattern_has_a_reason_about_the_original() {
        let long = format!("{}b", "a".repeat(60));
        for (pattern, value, reason) in [
            ("[a", "a", INCOMPLETE),
            (r"\p{javaLowerCase}", "a", INCOMPLETE),
            ("(?<", "a", INCOMPLETE),
            ("(a", "a", INCOMPLETE),
            (r"\uD800", "a", INCOMPLETE),
            ("\\", "a", INCOMPLETE),
            ("[]", "]", INCOMPLETE),
            ("[^]", "]", INCOMPLETE),
            ("[&&a]", "a", INCOMPLETE),
            ("[^&&a]", "b", INCOMPLETE),
            ("[a&&]", "a", INCOMPLETE),
            ("[a&&&b]", "&", INCOMPLETE),
            ("a)|(b", "a", INCOMPLETE),
            ("(?U)\\w+", "é", "the flag `U` has this meaning only in Java"),
            ("(?d:.)", "a", "the flag `d` has this meaning only in Java"),
            (r"\N{LATIN SMALL LETTER A}", "a", r"`\N{…}` (a character by its name) is not supported"),
            ("((a{1,100}){1,100}){1,100}", "a", "it matches too many characters"),
            ("^(?=a)(a|aa)+$", long.as_str(), "matching this value takes too long"),
        ] {
            assert_eq!(matches(pattern, value), Err(reason.to_owned()), "{pattern}");
        }
    }
}
