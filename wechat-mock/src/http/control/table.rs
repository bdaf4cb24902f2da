//! The control calls: one table for whoever answers them and whoever documents them.

use http::Method;
use serde_json::Value;

use super::asked::{Asked, Told};
#[cfg(feature = "callbacks")]
use super::callbacks;
use super::{decisions, log, people, rules, schemas, sending, server, settings};

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Scope {
    /// `/_mock/…`
    Server,
    /// `/_mock/accounts/{app_id}/…`, and for the first account `/_mock/…`.
    Account,
}

/// One control call.
pub(in crate::http) struct Route {
    pub(in crate::http) method: Method,
    pub(in crate::http) scope: Scope,
    /// What follows on the scope's path; a last segment `{…}` stands for any.
    pub(in crate::http) path: &'static str,
    pub(in crate::http) about: &'static str,
    /// What its query may hold.
    pub(in crate::http) query: &'static [&'static str],
    /// What its body must be; none: it has none.
    pub(in crate::http) body: Option<fn() -> Value>,
    pub(super) run: Run,
}

/// How a call is carried out.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// JSON in, JSON out.
    Call(fn(&Asked) -> Told),
    /// Waits until nothing is on its way.
    Settle,
    /// A stream of followers in.
    Import,
    /// A saved state out.
    Save,
    /// A saved state in.
    Load,
}

/// One follower a line.
const LINES: &str = "text/plain";
/// A saved state: one JSON object a line.
pub(super) const STATE: &str = "application/x-ndjson";

impl Route {
    fn asks(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    pub(super) fn takes(self, body: fn() -> Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// The kind of its body.
    pub(in crate::http) fn takes_kind(&self) -> &'static str {
        match self.run {
            Run::Call(_) | Run::Settle | Run::Save => "application/json",
            Run::Import => LINES,
            Run::Load => STATE,
        }
    }

    /// The kind of its answer.
    pub(in crate::http) fn answers_kind(&self) -> &'static str {
        if matches!(self.run, Run::Save) { STATE } else { "application/json" }
    }
}

pub(super) const fn row(
    method: Method,
    scope: Scope,
    path: &'static str,
    about: &'static str,
    run: fn(&Asked) -> Told,
) -> Route {
    streamed(method, scope, path, about, Run::Call(run))
}

const fn streamed(
    method: Method,
    scope: Scope,
    path: &'static str,
    about: &'static str,
    run: Run,
) -> Route {
    Route { method, scope, path, about, query: &[], body: None, run }
}

/// All of them.
pub(in crate::http) fn routes() -> Vec<Route> {
    use Scope::{Account, Server};
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    let routes = [
        row(get.clone(), Server, "", "what this server is", server::identity),
        row(get.clone(), Server, "accounts", "the accounts", server::accounts),
        row(get.clone(), Server, "clock", "the time, and when something is due", server::clock),
        row(post.clone(), Server, "clock", "moves the clock", server::move_clock)
            .takes(schemas::clock),
        row(post.clone(), Server, "advance", "moves the clock by ?seconds=", server::advance)
            .asks(&["seconds"]),
        streamed(post.clone(), Server, "settle", "waits for callbacks on their way", Run::Settle),
        row(post.clone(), Server, "reset", "all accounts as they were made", server::reset_all),
        streamed(
            get.clone(),
            Server,
            "save",
            "all accounts and the clock, to be loaded",
            Run::Save,
        ),
        streamed(post.clone(), Server, "load", "a saved state in place of all", Run::Load)
            .takes(schemas::state),
        row(get.clone(), Server, "openapi.json", "this document", server::openapi),
        row(post.clone(), Account, "reset", "the account as it was made", server::reset),
        streamed(get.clone(), Account, "save", "the account, to be loaded", Run::Save),
        streamed(post.clone(), Account, "load", "a saved state in its place", Run::Load)
            .takes(schemas::state),
        row(get.clone(), Account, "state", "the account in figures", log::state),
        row(get.clone(), Account, "received", "the log, secrets redacted", log::received)
            .asks(&["after", "limit", "bodies"]),
        row(get.clone(), Account, "report", "broken rules, with their number", log::report),
        row(get.clone(), Account, "followers", "followers, page by page", people::list)
            .asks(&["after", "limit"]),
        streamed(post.clone(), Account, "followers", "imports followers, all or none", Run::Import)
            .takes(schemas::lines),
        row(get.clone(), Account, "followers/{openid}", "one follower", people::one),
        row(patch.clone(), Account, "followers/{openid}", "changes a follower", people::change)
            .takes(schemas::follower),
        row(get.clone(), Account, "inbox", "what reached ?openid=", people::inbox)
            .asks(&["openid"]),
        row(get.clone(), Account, "inboxes", "followers by their messages", people::inboxes),
        row(get.clone(), Account, "tags", "the tags", people::tags),
        row(post.clone(), Account, "tags", "adds a tag", people::add_tag).takes(schemas::tag),
        row(get.clone(), Account, "jobs", "the mass-send jobs", sending::jobs),
        row(get.clone(), Account, "jobs/{msg_id}", "one job", sending::job),
        row(post.clone(), Account, "verdicts", "the next job's verdict", sending::next_verdict)
            .takes(schemas::verdict),
        row(get.clone(), Account, "quotas", "limits a day and their use", sending::quotas),
        row(put.clone(), Account, "quotas", "mass sends left", sending::set_quota)
            .takes(schemas::quota),
        row(get.clone(), Account, "drafts", "the drafts", sending::drafts),
        row(delete.clone(), Account, "tokens", "all tokens stop to work", sending::revoke_tokens),
        row(get.clone(), Account, "faults", "the disturbances in force", rules::faults),
        row(post.clone(), Account, "faults", "adds a disturbance", rules::add_fault)
            .takes(schemas::fault),
        row(delete.clone(), Account, "faults", "takes all back", rules::clear_faults),
        row(delete.clone(), Account, "faults/{id}", "takes one back", rules::remove_fault),
        row(get.clone(), Account, "settings", "the platform's rules", settings::get),
        row(patch, Account, "settings", "changes rules by their names", settings::change)
            .takes(schemas::settings),
    ];
    #[cfg(feature = "callbacks")]
    let more = [
        row(get.clone(), Account, "callback", "where callbacks go", callbacks::target),
        row(put, Account, "callback", "sets where callbacks go", callbacks::set_target)
            .takes(schemas::callback),
        row(delete, Account, "callback", "they go nowhere", callbacks::remove_target),
        row(get, Account, "callbacks", "how callbacks ended", callbacks::results),
        row(post.clone(), Account, "events", "a message or an event", callbacks::trigger)
            .takes(schemas::trigger),
        row(post, Account, "callback-faults", "disturbs the next one", callbacks::disturb)
            .takes(schemas::callback_fault),
    ];
    #[cfg(not(feature = "callbacks"))]
    let more = {
        drop((get, post, put, delete));
        []
    };
    routes.into_iter().chain(decisions::routes()).chain(more).collect()
}
