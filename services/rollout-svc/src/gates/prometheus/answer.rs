//! Reads Prometheus' answer to a query: pure.

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::gates::http::{Unanswered, told};

/// Why a query has no value that could be judged.
const HISTOGRAM: &str = "its value is a native histogram: ask for a number, as histogram_quantile() \
                         gives one";

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    status: String,
    data: Option<Data>,
    #[serde(default, rename = "errorType")]
    error_type: String,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    result: Value,
}

/// The one value of an answer; `None` if there is none.
///
/// # Errors
/// When it is none to a query that can be judged.
pub(super) fn value(status: StatusCode, body: &[u8]) -> Result<Option<f64>, Unanswered> {
    let refused = |why: &str| Unanswered::Refused(why.to_owned());
    let parsed: Result<Envelope, _> = serde_json::from_slice(body);
    match parsed {
        Ok(Envelope {
            status: said,
            data: Some(data),
            ..
        }) if status.is_success() && said == "success" => of_data(&data),
        Ok(Envelope {
            error_type, error, ..
        }) if !error.is_empty() => Err(failed(status, &error_type, &error)),
        _ if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN => Err(
            Unanswered::Away(format!("it answered {status}: look at the credentials")),
        ),
        _ if status.is_success() => Err(refused("its answer is not that of a Prometheus")),
        _ if status.is_server_error() => Err(Unanswered::Away(format!("it answered {status}"))),
        _ => Err(Unanswered::Refused(format!("it answered {status}"))),
    }
}

/// Prometheus says what it can't do. What is wrong with the query is refused, the rest may be better
/// the next time.
fn failed(status: StatusCode, error_type: &str, error: &str) -> Unanswered {
    let why = format!(
        "it refuses the query: {}: {}",
        told(error_type),
        told(error)
    );
    let is_query = matches!(error_type, "bad_data" | "execution" | "not_acceptable");
    match is_query || !status.is_server_error() {
        true => Unanswered::Refused(why),
        false => Unanswered::Away(format!("{}: {}", told(error_type), told(error))),
    }
}

fn of_data(data: &Data) -> Result<Option<f64>, Unanswered> {
    let refused = |why: String| Err(Unanswered::Refused(why));
    match (data.result_type.as_str(), &data.result) {
        ("scalar", sample) => of_sample(sample).map(Some),
        ("vector", Value::Array(series)) => match &series[..] {
            [] => Ok(None),
            [only] => match only.get("value") {
                Some(sample) => of_sample(sample).map(Some),
                None => refused(HISTOGRAM.to_owned()),
            },
            many => refused(format!(
                "it has {} series: one is needed, as sum() gives it",
                many.len()
            )),
        },
        (other, _) => refused(format!(
            "it gives a {}: a scalar or a vector of one series is needed",
            told(other)
        )),
    }
}

/// `[time, "value"]`
fn of_sample(sample: &Value) -> Result<f64, Unanswered> {
    let value = sample.get(1).and_then(Value::as_str);
    let value = value.and_then(|value| value.parse().ok());
    value.ok_or_else(|| Unanswered::Refused("its value is not a number".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Result<Option<f64>, Unanswered> {
        value(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    fn data(result_type: &str, result: &str) -> Result<Option<f64>, Unanswered> {
        let data = format!(r#"{{"resultType":"{result_type}","result":{result}}}"#);
        read(200, &format!(r#"{{"status":"success","data":{data}}}"#))
    }

    #[test]
    fn an_answer_is_one_value_or_none() {
        assert_eq!(data("scalar", r#"[1435781451.781,"0.5"]"#), Ok(Some(0.5)));
        let one = r#"[{"metric":{"a":"b"},"value":[1435781451.781,"1e3"]}]"#;
        assert_eq!(data("vector", one), Ok(Some(1_000.0)));
        assert_eq!(data("vector", "[]"), Ok(None));
        let infinite = |value: &str| data("scalar", &format!(r#"[1,"{value}"]"#));
        assert_eq!(infinite("+Inf"), Ok(Some(f64::INFINITY)));
        assert_eq!(infinite("-Inf"), Ok(Some(f64::NEG_INFINITY)));
        assert!(infinite("NaN").unwrap().unwrap().is_nan());
    }

    #[test]
    fn what_is_not_one_value_is_refused() {
        for (answer, why) in [
            (
                data("vector", r#"[{"value":[1,"1"]},{"value":[1,"2"]}]"#),
                "it has 2 series: one is needed, as sum() gives it",
            ),
            (data("vector", r#"[{"histogram":[1,{}]}]"#), HISTOGRAM),
            (
                data("matrix", "[]"),
                "it gives a matrix: a scalar or a vector of one series is needed",
            ),
            (
                data("string", r#"[1,"x"]"#),
                "it gives a string: a scalar or a vector of one series is needed",
            ),
            (data("scalar", r#"[1,"x"]"#), "its value is not a number"),
            (data("scalar", "[1]"), "its value is not a number"),
            (data("scalar", "{}"), "its value is not a number"),
            (
                read(200, "<html>"),
                "its answer is not that of a Prometheus",
            ),
            (read(200, "{}"), "its answer is not that of a Prometheus"),
            (read(404, "page not found"), "it answered 404 Not Found"),
            (
                read(
                    400,
                    r#"{"status":"error","errorType":"bad_data","error":"parse\nerror"}"#,
                ),
                "it refuses the query: bad_data: parse error",
            ),
            (
                read(
                    422,
                    r#"{"status":"error","errorType":"execution","error":"many-to-many"}"#,
                ),
                "it refuses the query: execution: many-to-many",
            ),
        ] {
            assert_eq!(answer, Err(Unanswered::Refused(why.to_owned())));
        }
    }

    #[test]
    fn what_may_be_better_soon_is_away() {
        for (answer, why) in [
            (
                read(
                    503,
                    r#"{"status":"error","errorType":"timeout","error":"too slow"}"#,
                ),
                "timeout: too slow",
            ),
            (read(502, "bad gateway"), "it answered 502 Bad Gateway"),
            (
                read(401, "who are you"),
                "it answered 401 Unauthorized: look at the credentials",
            ),
        ] {
            assert_eq!(answer, Err(Unanswered::Away(why.to_owned())));
        }
    }
}
