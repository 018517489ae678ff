//! Writes one JSON object per line, in the format of `CloudWatch` Logs Insights.
//!
//! The fields are `timestamp`, `level`, `requestId` while a request is served, `message`, and the fields of the log
//! event.
//!
//! No line contains a text of a question or an answer. This crate logs sizes, counts, timings and AWS's error messages.
//! Other crates log nothing below a warning at any level, because the SDK writes whole requests at `DEBUG`
//! and `TRACE`. `aws_config` logs errors only: its warnings are about credentials that it cannot load, and this crate
//! logs them as the detail of a line with a hint.

#[cfg(test)]
pub(crate) mod capture;

mod line;

use tracing::{Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

use self::line::{Fields, Line};

/// Logs the lines of this crate from `level` upwards to standard output.
pub fn init(level: Level) {
    // It fails only if a logger is already set, and then that logger is used.
    let _ = tracing::subscriber::set_global_default(subscriber(level, std::io::stdout));
}

/// The subscriber that [`init`] installs, with another writer.
pub fn subscriber<W>(level: Level, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let targets = Targets::new().with_target("function", level).with_target("bootstrap", level);
    let lines = tracing_subscriber::fmt::layer().fmt_fields(Fields).event_format(Line).with_writer(writer);
    let targets = targets.with_target("aws_config", Level::ERROR).with_default(Level::WARN.min(level));
    Registry::default().with(lines).with(targets)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::capture::Lines;
    use super::*;

    fn logged(level: Level, work: impl FnOnce()) -> Vec<Value> {
        let lines = Lines::default();
        tracing::subscriber::with_default(lines.subscriber(level), work);
        lines.values()
    }

    #[test]
    fn a_line_is_one_flat_object_with_the_request_id() {
        let mut lines = logged(Level::INFO, || {
            let _request = tracing::info_span!("request", requestId = "r-1").entered();
            tracing::info!(status = 200, "replied \"well\"\n");
        });
        let line = lines[0].as_object_mut().unwrap();
        assert!(line.remove("timestamp").unwrap().as_str().unwrap().ends_with('Z'));
        assert_eq!(
            lines,
            [json!({"level": "INFO", "requestId": "r-1", "message": "replied \"well\"\n", "status": 200})]
        );
    }

    #[test]
    fn the_message_is_before_the_fields_and_each_type_of_value_is_json() {
        let lines = Lines::default();
        let missing: Option<u8> = None;
        tracing::subscriber::with_default(lines.subscriber(Level::INFO), || {
            let _request = tracing::info_span!("request", requestId = "r-1").entered();
            tracing::info!(
                whole = 1.0,
                small = 1e-9,
                nan = f64::NAN,
                count = -3,
                large = u64::MAX,
                truth = true,
                missing,
                debug = ?"a\u{7}\"",
                display = %"back\\slash\u{1}é",
                "done\t{}",
                1
            );
        });
        let text = lines.text();
        let (_, fields) = text.split_once("\"level\"").unwrap();
        assert_eq!(
            fields,
            concat!(
                r#":"INFO","requestId":"r-1","message":"done\t1","whole":1.0,"small":1e-9,"nan":null,"count":-3,"#,
                r#""large":18446744073709551615,"truth":true,"debug":"\"a\\u{7}\\\"\"","display":"back\\slash\u0001é"}"#,
                "\n"
            )
        );
        lines.values();
    }

    #[test]
    fn a_line_has_the_request_id_when_only_errors_are_logged() {
        let lines = logged(Level::ERROR, || {
            let _request = tracing::error_span!("request", requestId = "r-1").entered();
            tracing::info!("not this");
            tracing::error!("this");
        });
        assert_eq!((lines.len(), &lines[0]["requestId"]), (1, &json!("r-1")));
    }

    #[test]
    fn other_crates_log_only_warnings_and_errors() {
        let lines = logged(Level::TRACE, || {
            tracing::trace!("ours");
            tracing::debug!(target: "aws_smithy_runtime", "the whole request");
            tracing::warn!(target: "aws_smithy_runtime", "a warning");
            tracing::warn!(target: "aws_config::ecs", "a warning that a line of this crate repeats with a hint");
        });
        let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
        assert_eq!(messages, [&json!("ours"), &json!("a warning")]);
    }
}
