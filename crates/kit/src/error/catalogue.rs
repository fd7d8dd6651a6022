//! Renders the table of reasons for the documentation.

use std::fmt::Write;

use super::Reason;

/// The table of reasons in Markdown, which `docs/errors.md` holds word for word.
pub fn catalogue() -> String {
    let mut page = String::from("| reason | gRPC | HTTP | meaning |\n|---|---|---|---|\n");
    for reason in Reason::ALL {
        // writing to a String cannot fail
        let _ = writeln!(
            page,
            "| `{reason}` | {:?} | {} | {} |",
            reason.code(),
            reason.http_status().as_u16(),
            reason.meaning()
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_one_row_and_reads_back() {
        let page = catalogue();
        assert_eq!(page.lines().count(), Reason::ALL.len() + 2);
        for reason in Reason::ALL {
            assert_eq!(reason.name().parse(), Ok(*reason));
        }
    }

    #[test]
    fn every_http_status_is_one_the_contract_names() {
        let contract = [
            400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 426, 429, 431, 500, 503, 504, 507,
        ];
        for reason in Reason::ALL {
            assert!(
                contract.contains(&reason.http_status().as_u16()),
                "{reason}"
            );
        }
    }
}
