//! Log lines that name the request and the trace they belong to, from the current [`Context`]. A
//! call that logs nothing pays nothing for it.

use std::fmt;

use serde_json::json;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{self, Format, Full, Writer},
    },
    registry::LookupSpan,
};

use crate::context::Context;

/// Lines for people, that begin with the ids.
pub(super) struct Text(pub(super) Format<Full>);

/// Objects for machines, whose first fields are the ids.
pub(super) struct Json(pub(super) Format<format::Json>);

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        fields: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if let Some(context) = Context::current() {
            let (request, trace) = (context.request_id(), context.trace().trace_id());
            write!(writer, "request_id={request} trace_id={trace} ")?;
        }
        self.0.format_event(fields, writer, event)
    }
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        fields: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(context) = Context::current() else {
            return self.0.format_event(fields, writer, event);
        };
        let mut line = String::new();
        self.0.format_event(fields, Writer::new(&mut line), event)?;
        let request = json!(context.request_id().as_str());
        let trace = context.trace().trace_id();
        let rest = line.strip_prefix('{').unwrap_or(&line);
        write!(
            writer,
            r#"{{"request_id":{request},"trace_id":"{trace}",{rest}"#
        )
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::fmt::{MakeWriter, format::JsonFields};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Sink {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn a_line_names_the_call_it_belongs_to_and_others_name_none() {
        let sink = Sink::default();
        let format = tracing_subscriber::fmt::format().json().flatten_event(true);
        let subscriber = tracing_subscriber::fmt()
            .with_writer(sink.clone())
            .fmt_fields(JsonFields::new())
            .event_format(Json(format))
            .finish();
        let context = Context::root();
        tracing::subscriber::with_default(subscriber, || {
            context.enter(|| tracing::info!(size = 7, "inside"));
            tracing::info!("outside");
        });
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["request_id"], context.request_id().as_str());
        assert_eq!(lines[0]["trace_id"], context.trace().trace_id().to_string());
        assert_eq!(
            (&lines[0]["size"], &lines[0]["message"]),
            (&json!(7), &json!("inside"))
        );
        assert!(lines[1].get("request_id").is_none());
    }
}
