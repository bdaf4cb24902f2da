//! Wire shape of the calls: who answers which path, and the order of the checks.

mod article;
mod blacklist;
mod draft;
mod fields;
mod freepublish;
mod groups;
mod id_list;
mod library;
mod mass;
mod mass_send;
mod material;
mod media;
mod openids;
mod platform;
mod quota;
mod tags;
mod token;
mod touser;
mod usage;
mod users;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::Method;

pub(crate) use self::library::RETIRED;

use crate::beijing::day;
use crate::query::Query;
use crate::reply::{Refusal, Reply};
use crate::settings::Settings;
use crate::turn::catch_up;
use crate::world::account::{Account, Capability};

pub(crate) use usage::quotas;

/// The body of a successful answer, or why there is none.
pub(crate) type Answer = Result<String, Refusal>;

/// The same for a call that may hand out a file.
type Download = Result<Reply, Refusal>;

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
    pub(crate) has_callback_url: bool,
}

impl Call<'_> {
    pub(crate) fn body(&self) -> &[u8] {
        self.request.body()
    }

    /// The account, brought up to date. For the calls that need no token.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Account> {
        catch_up(self.account, &self.settings, self.now);
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account for a caller whose token is good and who may do this.
    pub(crate) fn open(&self, capability: Capability) -> Result<MutexGuard<'_, Account>, Refusal> {
        let mut account = self.lock();
        let token = self.query.get("access_token");
        account.authorize(token, capability, &self.settings, self.now)?;
        account.quotas.note(plain_path(self.request.uri().path()), day(self.now));
        Ok(account)
    }

    /// Before the body is read: what is large is read for a good token only, and the calls that
    /// take a secret in its place are short.
    fn admit(&self, path: &str) -> Result<(), Refusal> {
        if self.body().len() <= READ_FOR_ANYBODY {
            return Ok(());
        }
        if WITHOUT_TOKEN.contains(&path) {
            return Err(Refusal::from(47001).at("the body").given("more than 64 KiB"));
        }
        let token = self.query.get("access_token").ok_or(41001)?;
        Ok(self.lock().tokens.check(token, self.now)?)
    }

    /// The same for a call that may be made `limit` times a day (45009).
    fn open_limited(
        &self,
        capability: Capability,
        call: &'static str,
        limit: u32,
    ) -> Result<MutexGuard<'_, Account>, Refusal> {
        let mut account = self.open(capability)?;
        account.quotas.take(call, day(self.now), limit).ok_or(45009)?;
        Ok(account)
    }

    /// The same for a call whose limit stands in the table of the quotas.
    fn open_daily(&self, capability: Capability) -> Result<MutexGuard<'_, Account>, Refusal> {
        match quota::daily(plain_path(self.request.uri().path()), &self.settings) {
            Some((name, limit)) => self.open_limited(capability, name, limit),
            None => self.open(capability),
        }
    }
}

/// The longest body that is read before anything is known of the caller.
const READ_FOR_ANYBODY: usize = 64 << 10;

/// The calls that take a secret in the place of a token.
const WITHOUT_TOKEN: [&str; 3] =
    ["/cgi-bin/token", "/cgi-bin/stable_token", "/cgi-bin/clear_quota/v2"];

type Handler = fn(&Call<'_>) -> Answer;

type DownloadHandler = fn(&Call<'_>) -> Download;

/// All routes. The paths are spelled here, and those with a quota again in `quota.rs`.
fn routes() -> Vec<(Method, &'static str, Handler)> {
    vec![
        (Method::GET, "/cgi-bin/token", token::token),
        (Method::POST, "/cgi-bin/stable_token", token::stable_token),
        (Method::GET, "/cgi-bin/getcallbackip", platform::callback_ip),
        (Method::GET, "/cgi-bin/get_api_domain_ip", platform::api_domain_ip),
        (Method::POST, "/cgi-bin/callback/check", platform::callback_check),
        (Method::POST, "/cgi-bin/clear_quota", quota::clear),
        (Method::POST, "/cgi-bin/clear_quota/v2", quota::clear_v2),
        (Method::POST, "/cgi-bin/openapi/quota/get", quota::get),
        (Method::POST, "/cgi-bin/openapi/quota/clear", quota::clear_one),
        (Method::POST, "/cgi-bin/openapi/rid/get", platform::rid_get),
        (Method::POST, "/cgi-bin/media/uploadimg", media::upload_img),
        (Method::POST, "/cgi-bin/material/add_material", material::add_material),
        (Method::POST, "/cgi-bin/media/upload", media::upload),
        (Method::POST, "/cgi-bin/media/uploadnews", library::upload_news),
        (Method::POST, "/cgi-bin/media/uploadvideo", media::upload_video),
        (Method::POST, "/cgi-bin/material/add_news", library::add_news),
        (Method::POST, "/cgi-bin/material/update_news", library::update_news),
        (Method::POST, "/cgi-bin/material/del_material", library::del_material),
        (Method::GET, "/cgi-bin/material/get_materialcount", library::get_material_count),
        (Method::POST, "/cgi-bin/material/batchget_material", library::batch_get_material),
        (Method::POST, "/cgi-bin/draft/add", draft::add),
        (Method::POST, "/cgi-bin/draft/get", draft::get),
        (Method::POST, "/cgi-bin/draft/update", draft::update),
        (Method::POST, "/cgi-bin/draft/delete", draft::delete),
        (Method::GET, "/cgi-bin/draft/count", draft::count),
        (Method::POST, "/cgi-bin/draft/batchget", draft::batch_get),
        (Method::POST, "/cgi-bin/draft/switch", draft::switch),
        (Method::POST, "/cgi-bin/freepublish/submit", freepublish::submit),
        (Method::POST, "/cgi-bin/freepublish/get", freepublish::get),
        (Method::POST, "/cgi-bin/freepublish/delete", freepublish::delete),
        (Method::POST, "/cgi-bin/freepublish/getarticle", freepublish::get_article),
        (Method::POST, "/cgi-bin/freepublish/batchget", freepublish::batch_get),
        (Method::POST, "/cgi-bin/message/mass/sendall", mass_send::send_all),
        (Method::POST, "/cgi-bin/message/mass/send", mass_send::send),
        (Method::POST, "/cgi-bin/message/mass/preview", mass_send::preview),
        (Method::POST, "/cgi-bin/message/mass/get", mass::get),
        (Method::POST, "/cgi-bin/message/mass/delete", mass::delete),
        (Method::POST, "/cgi-bin/message/mass/speed/get", mass::speed_get),
        (Method::POST, "/cgi-bin/message/mass/speed/set", mass::speed_set),
        (Method::POST, "/cgi-bin/tags/create", tags::create),
        (Method::GET, "/cgi-bin/tags/get", tags::get),
        (Method::POST, "/cgi-bin/tags/update", tags::update),
        (Method::POST, "/cgi-bin/tags/delete", tags::delete),
        (Method::POST, "/cgi-bin/user/tag/get", tags::followers),
        (Method::POST, "/cgi-bin/tags/members/batchtagging", tags::batch_tagging),
        (Method::POST, "/cgi-bin/tags/members/batchuntagging", tags::batch_untagging),
        (Method::POST, "/cgi-bin/tags/getidlist", tags::id_list),
        (Method::GET, "/cgi-bin/user/get", users::get),
        (Method::GET, "/cgi-bin/user/info", users::info),
        (Method::POST, "/cgi-bin/user/info/batchget", users::info_batch_get),
        (Method::POST, "/cgi-bin/user/info/updateremark", users::update_remark),
        (Method::POST, "/cgi-bin/changeopenid", users::change_openid),
        (Method::POST, "/cgi-bin/tags/members/getblacklist", blacklist::get),
        (Method::POST, "/cgi-bin/tags/members/batchblacklist", blacklist::batch_blacklist),
        (Method::POST, "/cgi-bin/tags/members/batchunblacklist", blacklist::batch_unblacklist),
        (Method::POST, "/cgi-bin/groups/create", groups::create),
        (Method::GET, "/cgi-bin/groups/get", groups::get),
        (Method::POST, "/cgi-bin/groups/getid", groups::get_id),
        (Method::POST, "/cgi-bin/groups/update", groups::update),
        (Method::POST, "/cgi-bin/groups/members/update", groups::move_one),
        (Method::POST, "/cgi-bin/groups/members/batchupdate", groups::move_many),
        (Method::POST, "/cgi-bin/groups/delete", groups::delete),
    ]
}

/// The routes that may answer with a file.
fn downloads() -> [(Method, &'static str, DownloadHandler); 2] {
    [
        (Method::GET, "/cgi-bin/media/get", media::get),
        (Method::POST, "/cgi-bin/material/get_material", library::get_material),
    ]
}

/// May [`Settings::calls_per_day`] name this path?
#[cfg(feature = "server")]
pub(crate) fn is_limit_free(path: &str) -> bool {
    quota::is_limit_free(path)
}

/// Method and path of all routes.
pub(crate) fn list() -> Vec<(Method, &'static str)> {
    let routes = routes().into_iter().map(|(method, path, _)| (method, path));
    routes.chain(downloads().map(|(method, path, _)| (method, path))).collect()
}

/// The path without doubled slashes at its beginning, which some clients send.
pub(crate) fn plain_path(path: &str) -> &str {
    let rest = path.trim_start_matches('/');
    let slashes = path.len() - rest.len();
    path.get(slashes.saturating_sub(1)..).unwrap_or(path)
}

/// Answers the call; `None`: there is no such path.
pub(crate) fn dispatch(call: &Call<'_>) -> Option<Download> {
    let path = plain_path(call.request.uri().path());
    let got = call.request.method();
    // Documented as a POST; one article and an SDK use GET.
    let also_get = *got == Method::GET && path == "/cgi-bin/message/mass/speed/get";
    let json = routes().into_iter().find(|(_, known, _)| *known == path);
    let file = downloads().into_iter().find(|(_, known, _)| *known == path);
    let method = match (json, file) {
        (Some((method, _, handler)), _) if *got == method || also_get => {
            return Some(call.admit(path).and_then(|()| handler(call)).map(Reply::Json));
        }
        (_, Some((method, _, handler))) if *got == method => {
            return Some(call.admit(path).and_then(|()| handler(call)));
        }
        (Some((method, ..)), _) | (_, Some((method, ..))) => method,
        (None, None) => return None,
    };
    // 43001 for a POST where a GET belongs; the documents list 43002 for every other mistake.
    let posted_to_get = *got == Method::POST && method == Method::GET;
    Some(Err(if posted_to_get { 43001 } else { 43002 }.into()))
}
