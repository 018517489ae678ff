//! The documents' tables of parameters equal the template's parameters.

use serde_yaml::Value;

use crate::markdown::read;

#[test]
fn the_configuration_page_names_every_parameter_with_its_default() {
    assert_eq!(rows_after("docs/configuration.md", "<!-- parameters -->\n"), declared());
}

#[test]
fn the_readme_names_some_parameters_with_their_defaults() {
    let (some, all) = (rows_after("README.md", "## Configuration\n\n"), declared());
    assert!(some.len() > 3, "{some:?}");
    for row in some {
        assert!(all.contains(&row), "{row:?}");
    }
}

/// The first two cells of each row of the table after a text.
fn rows_after(page: &str, before: &str) -> Vec<(String, String)> {
    let page = read(page);
    let (_, table) = page.split_once(before).expect("the text before the table");
    let rows = table.lines().take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let cells: Vec<_> = row.split(" | ").collect();
        (cells[0].trim_matches(['|', ' ', '`']).to_owned(), cells[1].trim_matches('`').to_owned())
    })
    .collect()
}

fn declared() -> Vec<(String, String)> {
    let template: Value = serde_yaml::from_str(&read("templates/chat.yaml")).expect("the template");
    let parameters = template["Parameters"].as_mapping().expect("its parameters").iter();
    let default = |value: &Value| {
        let default = &value["Default"];
        let text = default.as_str().map(str::to_owned).or_else(|| default.as_i64().map(|number| number.to_string()));
        text.map(|text| if text.is_empty() { "empty".to_owned() } else { text }).expect("a text or a whole number")
    };
    parameters.map(|(name, value)| (name.as_str().unwrap_or_default().to_owned(), default(value))).collect()
}
