//! `AllowedPattern`: a Java regular expression that the whole value must match (AWS's guide, "CloudFormation template
//! Parameters syntax").
//!
//! Java's notation is translated where the reader here has another for the same: `\w`, `\d` and `\s` are ASCII in Java,
//! `\h` is a blank, `\p{Alpha}` a POSIX class, and `\Q…\E` quotes.

use std::iter::Peekable;
use std::str::Chars;

use fancy_regex::Regex;

/// Whether the whole value matches a pattern.
///
/// # Errors
/// Why the pattern cannot be read here, or not be tried in reasonable time.
pub(super) fn matches(pattern: &str, value: &str) -> Result<bool, String> {
    let whole = Regex::new(&format!(r"\A(?:{})\z", translated(pattern))).map_err(|error| reason(&error))?;
    whole.is_match(value).map_err(|error| reason(&error))
}

/// The last line of a message: the ones before show the translated pattern.
fn reason(error: &fancy_regex::Error) -> String {
    let message = error.to_string();
    let line = message.lines().last().unwrap_or_default().trim();
    line.trim_start_matches("error: ").to_owned()
}

fn translated(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    let mut classes = 0_usize;
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut translated, &mut rest),
            '[' => {
                classes += 1;
                translated.push(c);
            }
            ']' => {
                classes = classes.saturating_sub(1);
                translated.push(c);
            }
            // Differences of classes here, two characters there.
            '-' | '~' if classes > 0 && rest.peek() == Some(&c) => {
                rest.next();
                translated.extend([c, '\\', c]);
            }
            c => translated.push(c),
        }
    }
    translated
}

/// What stands after a backslash.
fn escape(out: &mut String, rest: &mut Peekable<Chars<'_>>) {
    let Some(c) = rest.next() else {
        out.push('\\');
        return;
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
        'e' => out.push_str(r"\x1B"),
        'Q' => quote(out, rest),
        'u' => {
            let digits: String = rest.by_ref().take(4).collect();
            out.push_str(&format!(r"\x{{{digits}}}"));
        }
        'p' | 'P' => property(out, rest, c == 'P'),
        // `\<` would be the beginning of a word here.
        c if matches!(c, '<' | '>') || !c.is_ascii() => out.push(c),
        c => out.extend(['\\', c]),
    }
}

/// Java's horizontal whitespace.
const BLANKS: &str = r" \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}";

/// A class; inside another one it is a part of that.
fn class(out: &mut String, characters: &str, negated: bool) {
    out.push_str(if negated { "[^" } else { "[" });
    out.push_str(characters);
    out.push(']');
}

/// The text between `\Q` and `\E`, or the end.
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

/// `\p{Name}`: Java's POSIX classes are ASCII; Unicode's own classes have a prefix there that they have not here.
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
            (r"\<\>", &["<>"], &[""]),
            ("", &[""], &["a"]),
        ] {
            for (values, matched) in [(taken, true), (refused, false)] {
                for value in values {
                    assert_eq!(matches(pattern, value), Ok(matched), "`{pattern}` on `{value}`");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_says_why_on_one_line() {
        for pattern in ["[a", r"\p{javaLowerCase}", "(?<", "(a"] {
            let reason = matches(pattern, "a");
            assert!(
                reason.as_ref().is_err_and(|reason| !reason.is_empty() && !reason.contains('\n')),
                "{pattern}: {reason:?}"
            );
        }
    }
}
