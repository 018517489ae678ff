//! A mock table that responds to a Scan as `DynamoDB` does.

use serde_json::{Value, json};

use crate::http::{Request, Response};

/// Rows with the key attribute `id`.
#[derive(Debug, Clone)]
pub struct Table {
    /// Each row as text, with its id. The rows are serialized once, so that a Scan costs the harness little time.
    rows: Vec<(Value, String)>,
    page: usize,
}

impl Table {
    /// A table of these rows, in the JSON format of `DynamoDB`. A table with several pages needs ids.
    #[must_use]
    pub fn of(rows: impl IntoIterator<Item = Value>) -> Self {
        Self { rows: rows.into_iter().map(|row| (row["id"].clone(), row.to_string())).collect(), page: usize::MAX }
    }

    /// A table of `count` invented films.
    #[must_use]
    pub fn with_films(count: usize) -> Self {
        Self::of((0..count).map(film))
    }

    /// The same table with pages of at most `page` rows. `DynamoDB` ends a page at 1 MB.
    #[must_use]
    pub fn with_page_size(self, page: usize) -> Self {
        Self { page, ..self }
    }

    /// The page that `request` asks for.
    #[must_use]
    pub fn scan(&self, request: &Request) -> Response {
        let input = request.json();
        let after = &input["ExclusiveStartKey"]["id"];
        let last = self.rows.iter().position(|(id, _)| !after.is_null() && id == after);
        let first = last.map_or(0, |last| last + 1);
        let limit = input["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let page: Vec<_> = self.rows.iter().skip(first).take(self.page.min(limit)).collect();
        let items: Vec<&str> = page.iter().map(|(_, row)| row.as_str()).collect();
        let next = page.last().filter(|_| first + page.len() < self.rows.len());
        let next = next.map(|(id, _)| format!(r#","LastEvaluatedKey":{}"#, json!({"id": id}))).unwrap_or_default();
        Response::ok(format!(r#"{{"Items":[{}],"Count":{}{next}}}"#, items.join(","), page.len()))
    }
}

fn film(number: usize) -> Value {
    json!({
        "id": {"S": format!("film-{number}")},
        "title": {"S": format!("Celestial Nomads {number}")},
        "director": {"S": "Ada Lindqvist"},
        "year": {"N": (1970 + number % 50).to_string()},
        "rating": {"N": format!("{}.{}", 5 + number % 5, number % 10)},
        "genre": {"L": [{"S": "Sci-Fi"}, {"S": "Drama"}]},
        "plot": {"S": "A crew without a harbor follows a signal between the stars, and finds who sent it."},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Body;

    fn scan(table: &Table, input: &Value) -> Value {
        let Response { body: Body::Whole(body), .. } =
            table.scan(&Request { body: input.to_string().into(), ..Request::default() })
        else {
            panic!("a page is whole")
        };
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn each_page_starts_after_the_last_key_of_the_previous_one() {
        let table = Table::with_films(5).with_page_size(2);
        let (mut input, mut pages) = (json!({}), Vec::new());
        loop {
            let mut page = scan(&table, &input);
            pages.push(page["Items"].as_array().unwrap().len());
            match page.as_object_mut().unwrap().remove("LastEvaluatedKey") {
                Some(key) => input["ExclusiveStartKey"] = key,
                None => break,
            }
        }
        assert_eq!(pages, [2, 2, 1]);
        assert_eq!(scan(&table, &json!({"Limit": 1}))["Count"], 1);
    }
}
