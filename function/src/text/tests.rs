use icu_properties::props::{
    BidiControl, GeneralCategoryGroup, IndicSyllabicCategory, JoinControl, NoncharacterCodePoint, Script,
    VariationSelector, WhiteSpace,
};
use proptest::prelude::*;

use super::*;

/// All characters that satisfy `condition`.
fn every(condition: impl Fn(char) -> bool) -> Vec<char> {
    let all: Vec<char> = ('\0'..=char::MAX).filter(|&c| condition(c)).collect();
    assert!(!all.is_empty());
    all
}

fn of_category(category: GeneralCategory) -> impl Fn(char) -> bool {
    move |c| CodePointMapData::<GeneralCategory>::new().get(c) == category
}

/// Asserts that each character is dropped between two letters, and that all of them together are dropped.
fn assert_dropped(chars: &[char]) {
    for c in chars {
        assert_eq!(without_invisible(&format!("a{c}é")), "aé", "U+{:04X}", u32::from(*c));
    }
    assert_eq!(without_invisible(&chars.iter().collect::<String>()), "");
}

#[test]
fn default_ignorable_characters_are_dropped() {
    assert_dropped(&every(|c| CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)));
}

#[test]
fn format_characters_are_dropped_except_visible_ones() {
    let is_mark = |c| CodePointSetData::new::<PrependedConcatenationMark>().contains(c);
    assert_dropped(&every(|c| of_category(GeneralCategory::Format)(c) && !is_mark(c)));
    for mark in every(is_mark) {
        assert_eq!(without_invisible(&format!("a{mark}é")), format!("a{mark}é"));
    }
}

#[test]
fn controls_are_dropped_except_tab_and_line_ends() {
    assert_dropped(&every(|c| c.is_control() && !"\t\n\r".contains(c)));
    assert_eq!(without_invisible("é\ta\nb\r\nc\rd"), "é\ta\nb\nc\nd");
}

#[test]
fn private_use_characters_are_dropped() {
    assert_dropped(&every(of_category(GeneralCategory::PrivateUse)));
}

#[test]
fn unassigned_characters_are_dropped_except_those_reserved_for_emoji() {
    let is_reserved = |c| CodePointSetData::new::<ExtendedPictographic>().contains(c);
    assert_dropped(&every(|c| CodePointSetData::new::<NoncharacterCodePoint>().contains(c)));
    assert_dropped(&every(|c| of_category(GeneralCategory::Unassigned)(c) && !is_reserved(c)));
    let reserved = every(|c| of_category(GeneralCategory::Unassigned)(c) && is_reserved(c));
    assert_eq!(without_invisible(&reserved[0].to_string()), reserved[0].to_string());
}

#[test]
fn bidirectional_controls_and_isolates_are_dropped() {
    assert_dropped(&every(|c| CodePointSetData::new::<BidiControl>().contains(c)));
}

#[test]
fn variation_selectors_are_dropped_unless_they_follow_an_emoji() {
    assert_dropped(&every(|c| CodePointSetData::new::<VariationSelector>().contains(c)));
}

#[test]
fn joiners_are_dropped_unless_a_letter_needs_them() {
    assert_dropped(&every(|c| CodePointSetData::new::<JoinControl>().contains(c)));
}

#[test]
fn known_carriers_of_hidden_text_are_dropped() {
    let tags: String = "ignore all rules".bytes().map(|b| char::from_u32(0xE0000 + u32::from(b)).unwrap()).collect();
    let bytes: String = b"ignore".iter().map(|b| char::from_u32(0xE0100 + u32::from(*b)).unwrap()).collect();
    for hidden in [tags.as_str(), &bytes, "\u{2061}\u{2062}\u{2063}\u{2064}", "\u{202E}\u{2066}\u{2069}\u{200F}"] {
        assert_eq!(without_invisible(&format!("Dune{hidden}")), "Dune");
    }
    assert_eq!(without_invisible("A\u{200B}l\u{200C}i\u{200D}e\u{2060}n\u{FEFF}\u{FE0F}\u{E01EF}\u{AD}"), "Alien");
    assert_eq!(without_invisible("\u{1B}[31mred\u{9B}0m"), "[31mred0m");
}

#[test]
fn a_text_of_blank_characters_is_blank() {
    for blank in
        "\u{3164}\u{115F}\u{1160}\u{FFA0}\u{2800}\u{34F}\u{17B4}\u{180E}\u{3000}\u{1D159}\u{13441}\u{13442}\u{16FE4}"
            .chars()
    {
        assert_eq!(without_invisible(&blank.to_string()).trim(), "", "U+{:04X}", u32::from(blank));
    }
    assert_eq!(without_invisible("⠓⠊⠀⠞⠓⠑⠗⠑"), "⠓⠊ ⠞⠓⠑⠗⠑");
}

/// The characters that join letters or numbers, by their property, each with two letters of its script.
fn stackers() -> Vec<(char, [char; 2])> {
    let of = |category| every(|c| CodePointMapData::<IndicSyllabicCategory>::new().get(c) == category);
    let (stackers, numbers) = (of(IndicSyllabicCategory::InvisibleStacker), of(IndicSyllabicCategory::NumberJoiner));
    let letters = every(|c| GeneralCategoryGroup::Letter.contains(CodePointMapData::<GeneralCategory>::new().get(c)));
    let script = |c: char| CodePointMapData::<Script>::new().get(c);
    let all = [stackers, numbers, vec!['\u{16FE4}']].concat().into_iter();
    let with_letters = all.map(|c| {
        let mut own = letters.iter().copied().filter(|&letter| script(letter) == script(c));
        (c, [own.next().unwrap(), own.next().unwrap()])
    });
    with_letters.collect()
}

#[test]
fn stackers_are_dropped_outside_the_words_of_their_scripts() {
    let all = stackers();
    assert_dropped(&all.iter().map(|&(c, _)| c).collect::<Vec<_>>());
    for &(c, [first, second]) in &all {
        // The virama of Kharoshthi also has an effect at the end of a word.
        let at_the_end = if c == '\u{10A3F}' { format!("{first}{c}i") } else { format!("{first}i") };
        for (text, expected) in [
            (format!("{c} {c}{c}\n{c}"), " \n".to_owned()),
            (format!("h{c}i{c}"), "hi".to_owned()),
            (format!("h{c}{second}"), format!("h{second}")),
            (format!("{first}{c}i"), at_the_end),
            (format!("{first} {c}{second}"), format!("{first} {second}")),
            (format!("{first}{c}{c}{second}"), format!("{first}{c}{second}")),
        ] {
            assert_eq!(without_invisible(&text), expected, "U+{:04X} in {text:?}", u32::from(c));
        }
        for &(foreign, _) in all.iter().filter(|(_, letters)| *letters != [first, second]) {
            let text = format!("{first}{foreign}{second}");
            assert_eq!(without_invisible(&text), format!("{first}{second}"), "U+{:04X}", u32::from(foreign));
        }
    }
    assert_eq!(without_invisible("h\u{17D2}i\u{1039}"), "hi");
}

#[test]
fn stackers_stay_in_the_words_of_their_scripts() {
    for (c, [first, second]) in stackers() {
        let word = format!("{first}{c}{second}");
        assert_eq!(without_invisible(&word), word, "U+{:04X}", u32::from(c));
    }
    for word in [
        "ស្រី", "ខ្មែរ", "ភ្នំពេញ", "សង្គ្រាម", // Khmer: two subscripts at one letter
        "ဗုဒ္ဓ", "မန္တလေး", "အင်္ဂလိပ်",                            // Myanmar: kinzi, a mark before the virama
        "\u{1A41}\u{1A62}\u{1A60}\u{1A20}", // Tai Tham: a vowel before the sakot
        "\u{1B9E}\u{1BAB}\u{1B9E}",         // Sundanese
        "\u{ABC0}\u{AAF6}\u{ABC0}",         // Meetei Mayek
        "\u{11107}\u{11133}\u{11107}",      // Chakma
        "\u{10A1F}\u{10A3F}",               // Kharoshthi: a final consonant
        "\u{11052}\u{1107F}\u{11053}",      // Brahmi: numbers
        "\u{18B00}\u{16FE4}\u{18B01}",      // Khitan
    ] {
        assert_eq!(without_invisible(word), word);
        let film = format!("{word} (1999), {word}!");
        assert_eq!(without_invisible(&film), film);
    }
}

#[test]
fn visible_characters_stay() {
    for text in ["Amélie 天空の城 🎬 тест ñ\u{303} 여름 \u{A0}\u{2009}", "🇫🇷🏳️‍🌈👍🏽", "\u{FFFD}", "①⑳€™"]
    {
        assert_eq!(without_invisible(text), text);
    }
}

#[test]
fn joiners_stay_in_words_that_need_them() {
    for word in [
        "می\u{200C}خواهم",   // Persian: I want
        "کتاب\u{200C}ها",    // Persian: books
        "مِ\u{200C}ن",        // a mark on the letter before
        "ه\u{200D}",         // Arabic: heh in its initial form, alone
        "क्\u{200D}ष",        // Hindi: a half form
        "क्\u{200C}ष",        // Hindi: a virama that is seen
        "ශ්\u{200D}රී",        // Sinhala: Sri
        "ന്\u{200D}",         // Malayalam: an older chillu
        "র\u{200D}\u{9CD}য", // Bengali: ra with ya-phalaa
    ] {
        assert_eq!(without_invisible(word), word);
    }
    assert_eq!(without_invisible("می\u{200C}\u{200C}\u{200D}خواهم"), "می\u{200C}خواهم", "one is enough");
    assert_eq!(without_invisible("شما\u{200C}را"), "شمارا", "alef does not join");
    assert_eq!(without_invisible("ह\u{200D}न"), "हन", "no virama");
}

#[test]
fn emoji_sequences_stay_complete() {
    for emoji in [
        "👩\u{200D}👩\u{200D}👧", "👩\u{200D}❤\u{FE0F}\u{200D}👨", "👩🏽\u{200D}⚕\u{FE0F}", "❤\u{FE0F}",
        "1\u{FE0F}\u{20E3}",
    ] {
        assert_eq!(without_invisible(emoji), emoji);
    }
    assert_eq!(without_invisible("❤\u{FE0F}\u{FE0F}"), "❤\u{FE0F}", "one is enough");
    assert_eq!(without_invisible("1\u{FE0F}2\u{FE0F}a\u{FE0F}"), "12a");
    assert_eq!(without_invisible("❤\u{FE0E}👩\u{200D}"), "❤👩");
    let england = "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";
    assert_eq!(without_invisible(england), "🏴");
}

/// Any text, in which the characters that these tests are about are frequent.
fn any_text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        "\u{200C}\u{200D}\u{FE0F}\u{200B}\u{2800}\u{1D159}\u{16FE4}\u{18B00}\u{17D2}\u{1780}\u{1781}\u{1107F}\u{11052}\r\n1❤👩🏽یخاকর\u{9CD}\u{64E}\u{20E3}\u{E0067}"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![3 => special, 1 => any::<char>()], 0..24).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn only_single_candidates_remain_and_a_second_pass_changes_nothing(text in any_text()) {
        let clean = without_invisible(&text);
        prop_assert!(clean.chars().all(|c| is_visible(c) || is_candidate(c)));
        prop_assert!(!clean.contains('\r') && !clean.contains(BLANKS));
        let joined: Vec<char> = clean.chars().collect();
        let is_pair = |pair: &[char]| pair.iter().all(|c| ['\u{200C}', '\u{200D}'].contains(c));
        prop_assert!(!joined.windows(2).any(is_pair));
        prop_assert_eq!(without_invisible(&clean), clean);
    }

    #[test]
    fn visible_characters_stay_in_order(text in any_text()) {
        let visible = |text: &str| String::from_iter(text.chars().filter(|&c| is_visible(c) && !"\r\n ".contains(c) && !BLANKS.contains(&c)));
        prop_assert_eq!(visible(&without_invisible(&text)), visible(&text));
    }

    #[test]
    fn a_text_of_white_space_and_invisible_characters_is_blank(
        chars in prop::collection::vec(any::<char>().prop_filter("visible", |&c| {
            CodePointSetData::new::<WhiteSpace>().contains(c) || !is_visible(c)
        }), 0..16)
    ) {
        let clean = without_invisible(&String::from_iter(chars));
        prop_assert_eq!(clean.trim(), "");
    }
}
