//! One JSON object a line, as `CloudWatch` Logs Insights reads it: `timestamp`, `level`, `requestId` while a request is
//! served, `message`, and the event's own fields beside them.
//!
//! No line holds what was asked or answered. This crate logs sizes, counts, timings and AWS's error messages; other
//! crates only warn, whatever level is set, because the SDK writes whole requests at `DEBUG` and `TRACE`.

#[cfg(test)]
pub(crate) mod capture;

use std::fmt;

use serde_json::{Map, Value};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    layer::SubscriberExt,
    registry::{LookupSpan, Registry},
};

/// Log this crate's lines from `level` up to standard output, from here on.
pub fn init(level: Level) {
    // It fails only when a logger is set already, and then there is one.
    let _ = tracing::subscriber::set_global_default(subscriber(level, std::io::stdout));
}

/// What [`init`] installs, with another place to write to.
pub fn subscriber<W>(level: Level, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let ours = Targets::new().with_target("function", level).with_target("bootstrap", level);
    let lines = tracing_subscriber::fmt::layer().fmt_fields(JsonFields::new()).event_format(JsonLine);
    Registry::default().with(lines.with_writer(writer).with_filter(ours.with_default(Level::WARN.min(level))))
}

/// The formatter. `tracing_subscriber`'s own puts the request id into a nested object.
struct JsonLine;

impl<S> FormatEvent<S, JsonFields> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, JsonFields>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        out.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut out)?;
        write!(out, "\",\"level\":\"{}\"", event.metadata().level())?;
        for span in ctx.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(fields) = span.extensions().get::<FormattedFields<JsonFields>>() {
                splice(&mut out, fields)?;
            }
        }
        let mut fields = String::new();
        ctx.format_fields(Writer::new(&mut fields), event)?;
        let mut fields: Map<String, Value> = serde_json::from_str(&fields).map_err(|_| fmt::Error)?;
        // What happened stands before its details, for the person who reads.
        if let Some(message) = fields.remove("message") {
            write!(out, ",\"message\":{message}")?;
        }
        splice(&mut out, &Value::from(fields).to_string())?;
        out.write_str("}\n")
    }
}

/// Write the fields of a JSON object into the one that is open.
fn splice(out: &mut Writer<'_>, object: &str) -> fmt::Result {
    match object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some("") | None => Ok(()),
        Some(fields) => write!(out, ",{fields}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{capture::Lines, *};

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
    fn the_request_id_is_there_when_only_errors_are_logged() {
        let lines = logged(Level::ERROR, || {
            let _request = tracing::error_span!("request", requestId = "r-1").entered();
            tracing::info!("not this");
            tracing::error!("this");
        });
        assert_eq!((lines.len(), &lines[0]["requestId"]), (1, &json!("r-1")));
    }

    #[test]
    fn other_crates_never_log_below_a_warning() {
        let lines = logged(Level::TRACE, || {
            tracing::trace!("ours");
            tracing::debug!(target: "aws_smithy_runtime", "the whole request");
            tracing::warn!(target: "aws_smithy_runtime", "a warning");
        });
        let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
        assert_eq!(messages, [&json!("ours"), &json!("a warning")]);
    }
}
