//! The README's table of parameters is the template's.

use serde_yaml::Value;

use crate::markdown::read;

#[test]
fn the_readme_names_every_parameter_with_its_default() {
    let readme = read("README.md");
    let (_, table) = readme.split_once("<!-- parameters -->\n").expect("the table's mark");
    let rows = table.lines().take_while(|line| line.starts_with('|')).skip(2);
    let told: Vec<(String, String)> = rows
        .map(|row| {
            let cells: Vec<_> = row.split(" | ").collect();
            (cells[0].trim_matches(['|', ' ', '`']).to_owned(), cells[1].trim_matches('`').to_owned())
        })
        .collect();
    assert_eq!(told, declared());
}

fn declared() -> Vec<(String, String)> {
    let template: Value = serde_yaml::from_str(&read("templates/chat.yaml")).expect("the template");
    let parameters = template["Parameters"].as_mapping().expect("its parameters").iter();
    let default = |value: &Value| match &value["Default"] {
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("a default of an unforeseen type: {other:?}"),
    };
    parameters.map(|(name, value)| (name.as_str().unwrap_or_default().to_owned(), default(value))).collect()
}
