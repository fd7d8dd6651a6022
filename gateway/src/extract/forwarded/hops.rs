//! Reads the hops that headers name, the nearest first; `None` stands for one that cannot be
//! parsed.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, header};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The hops of `X-Forwarded-For`; `None` without that header.
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> Option<impl Iterator<Item = Option<IpAddr>>> {
    let lines = lines(headers, &X_FORWARDED_FOR)?;
    Some(lines.flat_map(|line| line.rsplit(',').map(|hop| address(hop.trim()))))
}

/// The hops of `Forwarded`; `None` without that header. A line that breaks the grammar counts as
/// one hop that cannot be parsed: otherwise a quote that a client leaves open would swallow what a
/// proxy appended.
pub(super) fn forwarded(headers: &HeaderMap) -> Option<impl Iterator<Item = Option<IpAddr>>> {
    let lines = lines(headers, &header::FORWARDED)?;
    Some(lines.flat_map(|line| {
        let elements = elements(line).unwrap_or_else(|| vec![None]);
        elements.into_iter().rev()
    }))
}

/// A header's lines, the last first.
fn lines<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Option<impl Iterator<Item = &'h str> + use<'h>> {
    let lines = headers.get_all(name).iter().rev();
    headers.contains_key(name).then(|| lines.map(text))
}

fn text(value: &HeaderValue) -> &str {
    std::str::from_utf8(value.as_bytes()).unwrap_or_default()
}

/// The `for` of each element of a line; `None` when the line breaks the grammar.
fn elements(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let mut elements = Vec::new();
    let mut node = None;
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if !rest.is_empty() && !rest.starts_with([',', ';']) {
            let (name, value, after) = pair(rest)?;
            if name.eq_ignore_ascii_case("for") && node.replace(value).is_some() {
                return None;
            }
            rest = after.trim_start();
        }
        let end = rest.chars().next();
        if end != Some(';') {
            let node: Option<String> = node.take();
            elements.push(node.and_then(|node| address(&node)));
        }
        rest = match end {
            None => return Some(elements),
            Some(',' | ';') => &rest[1..],
            Some(_) => return None,
        };
    }
}

/// The name and value of the pair that `text` begins with, and what follows it.
fn pair(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = text.split_once('=')?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return None;
    }
    let (value, after) = match rest.strip_prefix('"') {
        Some(quoted) => unquote(quoted)?,
        // wider than the grammar's token, since some do not quote `[::1]:80`
        None => {
            let end = rest.find([',', ';', ' ', '\t', '"', '\\']);
            let (value, after) = rest.split_at(end.unwrap_or(rest.len()));
            (value.to_owned(), after)
        }
    };
    Some((name, value, after))
}

/// A quoted string after its opening quote, and what follows it.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            character => value.push(character),
        }
    }
    None
}

/// An address in any form that proxies write, ports left out: `192.0.2.1:80`, `[2001:db8::1]`.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = text
        .parse()
        .ok()
        .or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
        .or_else(|| bracketed().map(|address: Ipv6Addr| address.into()));
    address.map(|address: IpAddr| address.to_canonical())
}
