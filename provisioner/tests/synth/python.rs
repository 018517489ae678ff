//! One Python process that reads YAML for all cases: as PyYAML does, and as the AWS CLI does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};

use crate::project::root;

/// A value that JSON lacks gets a form that equals nothing in a template; a date becomes its text.
const SCRIPT: &str = r#"
import datetime, json, math, sys
import yaml
from awscli.customizations.cloudformation.yamlhelper import yaml_parse

def plain(value):
    if isinstance(value, dict):
        return {"entries": [[key if isinstance(key, str) else {"key": repr(key)}, plain(one)] for key, one in value.items()]}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if type(value) is datetime.date:
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value) or not isinstance(value, (str, int, float, bool, type(None))):
        return {"not in JSON": repr(value)}
    return value

for line in sys.stdin:
    asked = json.loads(line)
    try:
        read = yaml_parse(asked["text"]) if asked["cli"] else yaml.safe_load(asked["text"])
        answer = {"read": plain(read)}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
"#;

struct Python {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

static PYTHON: LazyLock<Mutex<Python>> = LazyLock::new(|| {
    let mut process = Command::new(root().join(".venv/bin/python"))
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the project's .venv; `make` makes it");
    let questions = process.stdin.take().expect("its input");
    let answers = BufReader::new(process.stdout.take().expect("its output"));
    Mutex::new(Python { process, questions, answers })
});

/// The value of a YAML text: maps are `{"entries": [[key, value], …]}`, in order.
pub(crate) fn read(text: &str, as_the_cli_does: bool) -> Result<Value, String> {
    let mut python = PYTHON.lock().expect("no test has panicked while it asked");
    let question = json!({"text": text, "cli": as_the_cli_does});
    writeln!(python.questions, "{question}").expect("a Python that listens");
    let mut line = String::new();
    python.answers.read_line(&mut line).expect("an answer");
    assert!(!line.is_empty(), "Python has ended: {:?}", python.process.try_wait());
    let mut answer: Value = serde_json::from_str(&line).expect("JSON");
    match answer["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => Ok(answer["read"].take()),
    }
}

/// A value in the same form.
pub(crate) fn in_entries(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(in_entries).collect(),
        Value::Object(object) => {
            let entries: Vec<Value> = object.iter().map(|(key, value)| json!([key, in_entries(value)])).collect();
            json!({ "entries": entries })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
