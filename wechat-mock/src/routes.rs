//! Wire shape of the calls: who answers which path, and the order of the checks.

mod draft;
mod fields;
mod mass;
mod mass_send;
mod material;
mod media;
mod token;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::Method;

use crate::query::Query;
use crate::reply::Refusal;
use crate::settings::Settings;
use crate::world::account::{Account, Capability};

/// The body of a successful answer, or why there is none.
pub(crate) type Answer = Result<String, Refusal>;

/// One call on its way to its route. A route parses first and opens the account then, so that
/// nothing is parsed under the lock; it reports what it found in the body only after the checks
/// that [`open`](Self::open) makes.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a http::Request<Bytes>,
    pub(crate) query: Query,
    pub(crate) now: SystemTime,
    pub(crate) peer: IpAddr,
    pub(crate) settings: Arc<Settings>,
    pub(crate) account: &'a Mutex<Account>,
}

impl Call<'_> {
    pub(crate) fn body(&self) -> &[u8] {
        self.request.body()
    }

    /// The account, brought up to date. For the calls that need no token.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Account> {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        account.advance(&self.settings, self.now);
        account
    }

    /// The account for a caller whose token is good and who may do this.
    pub(crate) fn open(&self, capability: Capability) -> Result<MutexGuard<'_, Account>, Refusal> {
        let account = self.lock();
        let token = self.query.get("access_token");
        account.authorize(token, capability, &self.settings, self.now)?;
        Ok(account)
    }
}

type Handler = fn(&Call<'_>) -> Answer;

/// All routes. The paths are spelled here and nowhere else in this crate.
fn routes() -> [(Method, &'static str, Handler); 9] {
    [
        (Method::GET, "/cgi-bin/token", token::token),
        (Method::POST, "/cgi-bin/stable_token", token::stable_token),
        (Method::POST, "/cgi-bin/media/uploadimg", media::upload_img),
        (Method::POST, "/cgi-bin/material/add_material", material::add_material),
        (Method::POST, "/cgi-bin/draft/add", draft::add),
        (Method::POST, "/cgi-bin/message/mass/sendall", mass_send::send_all),
        (Method::POST, "/cgi-bin/message/mass/send", mass_send::send),
        (Method::POST, "/cgi-bin/message/mass/preview", mass_send::preview),
        (Method::POST, "/cgi-bin/message/mass/get", mass::get),
    ]
}

/// Method and path of all routes.
pub(crate) fn list() -> Vec<(Method, &'static str)> {
    routes().into_iter().map(|(method, path, _)| (method, path)).collect()
}

/// The path without doubled slashes at its beginning, which some clients send.
pub(crate) fn plain_path(path: &str) -> &str {
    let rest = path.trim_start_matches('/');
    let slashes = path.len() - rest.len();
    path.get(slashes.saturating_sub(1)..).unwrap_or(path)
}

/// Answers the call; `None`: there is no such path.
pub(crate) fn dispatch(call: &Call<'_>) -> Option<Answer> {
    let path = plain_path(call.request.uri().path());
    let (method, _, handler) = routes().into_iter().find(|(_, known, _)| *known == path)?;
    let got = call.request.method();
    if *got == method {
        return Some(handler(call));
    }
    // 43001 for a POST where a GET belongs; the documents list 43002 for every other mistake.
    let posted_to_get = *got == Method::POST && method == Method::GET;
    Some(Err(if posted_to_get { 43001 } else { 43002 }.into()))
}
