//! What the calls about followers have in common: lists of OpenIDs in both directions.

use serde_json::Value;

use super::fields::{self, Object};
use crate::reply::Refusal;
use crate::world::people::Page;

pub(super) const OK: &str = "{\"errcode\":0,\"errmsg\":\"ok\"}";

/// A list of 1 to `most` OpenIDs: 40032 otherwise.
pub(super) fn read(body: &Object, key: &str, most: usize) -> Result<Vec<String>, Refusal> {
    fields::texts(key, array(body, key, most)?)
}

/// A list of 1 to `most` values: 40032 otherwise.
pub(super) fn array<'a>(body: &'a Object, key: &str, most: usize) -> Result<&'a [Value], Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Err(Refusal::from(40032).at(key).given("missing")),
        Some(Value::Array(list)) if list.is_empty() || list.len() > most => {
            Err(Refusal::from(40032).at(key).given(format!("{} given", list.len())))
        }
        Some(Value::Array(list)) => Ok(list),
        Some(other) => Err(fields::wrong(key, other)),
    }
}

/// A page with its `total`; the one after the last has no `data`, and no OpenID to go on from.
pub(super) fn page(page: &Page) -> String {
    format!("{{\"total\":{},{}", page.total, tail(page, true))
}

/// A page without `total`.
pub(super) fn page_without_total(page: &Page, end_has_next: bool) -> String {
    format!("{{{}", tail(page, end_has_next))
}

fn tail(page: &Page, end_has_next: bool) -> String {
    let count = page.openids.len();
    // OpenIDs are of `[A-Za-z0-9_-]`: nothing to escape.
    match page.openids.last() {
        Some(last) => {
            let openids: Vec<String> = page.openids.iter().map(|o| format!("\"{o}\"")).collect();
            let openids = openids.join(",");
            format!(
                "\"count\":{count},\"data\":{{\"openid\":[{openids}]}},\"next_openid\":\"{last}\"}}"
            )
        }
        None if end_has_next => "\"count\":0,\"next_openid\":\"\"}".to_owned(),
        None => "\"count\":0}".to_owned(),
    }
}
