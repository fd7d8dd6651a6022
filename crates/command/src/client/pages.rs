//! Lists that come in pages.

use serde_json::{Value, json};

use super::{Call, Client};
use crate::error::Error;

/// The largest page the API gives.
const PAGE: usize = 1000;

/// Reads a list to its end, or to `limit` items, and answers it as one page under `field`; its
/// `next_page_token` is not empty when there is more.
pub(crate) async fn collect(
    client: &Client,
    call: Call,
    field: &str,
    limit: usize,
) -> Result<Value, Error> {
    let mut items = Vec::new();
    let mut token = String::new();
    let mut incomplete = None;
    loop {
        let size = PAGE.min(limit - items.len());
        let page = call
            .clone()
            .query("page_size", Some(size.to_string()))
            .query(
                "page_token",
                Some(token.as_str()).filter(|token| !token.is_empty()),
            );
        let mut page = client.send(page).await?.json()?;
        let Some(Value::Array(more)) = page.get_mut(field).map(Value::take) else {
            let what = format!("it has no list of {field}");
            return Err(Error::garbage(client.server(), what));
        };
        // a service that did not answer for one page is missing in all
        if let Some(missing) = page.get_mut("incomplete").map(Value::take)
            && (incomplete.is_none() || missing.as_array().is_some_and(|m| !m.is_empty()))
        {
            incomplete = Some(missing);
        }
        let next = page["next_page_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        // a page may be empty while more follow; the same one again would never end
        if !next.is_empty() && next == token {
            return Err(Error::garbage(client.server(), "its pages do not end"));
        }
        token = next;
        items.extend(more.into_iter().take(limit - items.len()));
        if token.is_empty() || items.len() >= limit {
            let mut whole = json!({ field: items, "next_page_token": token });
            if let Some(missing) = incomplete {
                whole["incomplete"] = missing;
            }
            return Ok(whole);
        }
    }
}
