//! A command's way to a server: which one, by which account, with which record beside it.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use wechat_http::{BaseUrl, Client, ClientBuilder, Clock as _, Error, SystemClock, describe};
use wechat_mass::campaign::Policy;
use wechat_mass::journal::{MemoryStore, Store};
use wechat_mass::quota::Limits;
use wechat_mock::MockServer;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::AppId;

use crate::account::{self, Account, CallbackSettings};
use crate::action_log::{Action, ActionLog};
use crate::args::ServerArgs;
use crate::embedded;
use crate::exit::Exit;
use crate::interrupt::unless_interrupted;
use crate::journal_place::JournalPlace;
use crate::lines::Lines;
use crate::target::{self, Target};
use crate::token_place;

/// A server that is ready to be asked.
pub(crate) struct Session {
    pub(crate) lines: Lines,
    pub(crate) server: String,
    pub(crate) client: Client,
    /// What an account of its kind may do.
    pub(crate) limits: Limits,
    pub(crate) callback: Option<CallbackSettings>,
    /// The mock in this process, if that is the server.
    pub(crate) mock: Option<MockServer>,
    journal: Option<JournalPlace>,
    log: Option<ActionLog>,
}

/// How a command ended that could do its work.
pub(crate) struct Done {
    pub(crate) exit: Exit,
    pub(crate) campaign: Option<String>,
    /// The last line's fields, and what they say.
    pub(crate) fields: Value,
    pub(crate) text: String,
}

impl Done {
    pub(crate) fn well(fields: Value, text: impl Into<String>) -> Self {
        Self { exit: Exit::Success, campaign: None, fields, text: text.into() }
    }

    pub(crate) fn partly(fields: Value, text: impl Into<String>) -> Self {
        Self { exit: Exit::Partly, ..Self::well(fields, text) }
    }

    pub(crate) fn of_campaign(self, name: &str) -> Self {
        Self { campaign: Some(name.to_owned()), ..self }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    problem: String,
    campaign: Option<String>,
}

impl Failure {
    /// Nothing was done.
    pub(crate) fn refused(problem: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, problem: problem.into(), campaign: None }
    }

    /// The platform, or the way to it, was the reason; something may have been done.
    pub(crate) fn failed(problem: impl Into<String>) -> Self {
        Self { exit: Exit::Partly, ..Self::refused(problem) }
    }

    pub(crate) fn of_campaign(self, name: &str) -> Self {
        Self { campaign: Some(name.to_owned()), ..self }
    }
}

impl From<String> for Failure {
    fn from(problem: String) -> Self {
        Self::refused(problem)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::failed(told(&error))
    }
}

/// An error of a call: its code, meaning and what to do, in both languages where there are such.
pub(crate) fn told(error: &Error) -> String {
    with_advice(describe(error), error.code())
}

/// A text about a code, with the code's meaning and what to do.
pub(crate) fn with_advice(mut text: String, code: Option<ErrorCode>) -> String {
    if let Some(class) = code.and_then(ErrorCode::class) {
        text.push_str(&format!("; {} ({})", class.advice(), class.advice_zh()));
    }
    text
}

/// Runs a command on a server: prints its last line, and logs it unless nobody was reached.
pub(crate) async fn run(
    command: &str,
    args: &ServerArgs,
    near: Option<&Path>,
    work: impl AsyncFnOnce(&Session) -> Result<Done, Failure>,
) -> Exit {
    let session = match Session::open(args, near).await {
        Ok(session) => session,
        Err(problem) => {
            Lines::new(args.json).failed(&problem, Exit::Refused);
            return Exit::Refused;
        }
    };
    let ended = unless_interrupted(work(&session)).await;
    let (exit, campaign, text) = match ended {
        None => {
            let fields = json!({ "result": "interrupted", "exit": Exit::Interrupted.status() });
            session.lines.say("result", fields, || "interrupted".to_owned());
            (Exit::Interrupted, None, "interrupted".to_owned())
        }
        Some(Ok(Done { exit, campaign, fields, text })) => {
            let result = if exit == Exit::Success { "ok" } else { "partly" };
            let mut line = json!({ "result": result, "exit": exit.status() });
            if let (Value::Object(line), Value::Object(fields)) = (&mut line, fields) {
                line.extend(fields);
            }
            session.lines.say("result", line, || text.clone());
            (exit, campaign, text)
        }
        Some(Err(Failure { exit, campaign, problem })) => {
            session.lines.failed(&problem, exit);
            (exit, campaign, problem)
        }
    };
    session.add_to_log(command, campaign.as_deref(), exit, &text);
    exit
}

impl Session {
    async fn open(args: &ServerArgs, near: Option<&Path>) -> Result<Self, String> {
        Self::open_with(args, near, token_place::client).await
    }

    /// Opens it with a client of one's own.
    pub(crate) async fn open_with(
        args: &ServerArgs,
        near: Option<&Path>,
        client: impl FnOnce(&Account, BaseUrl) -> Result<ClientBuilder, String>,
    ) -> Result<Self, String> {
        let beside = near.unwrap_or(Path::new("wechat.toml"));
        let target = choose(args, beside, None)?;
        let Some(journal) = JournalPlace::choose(args.record(beside), &target)? else {
            return Self::embedded(args.json);
        };
        let (account, base_url, server) = match target {
            Target::Embedded => return Self::embedded(args.json),
            Target::Named { account, base_url } => {
                target::must_be_mock(&base_url).await?;
                let server = base_url.to_string();
                (account, base_url, server)
            }
            Target::Live { account, base_url } => {
                target::must_not_be_mock(&base_url).await?;
                let server = live(&base_url);
                (account, base_url, server)
            }
        };
        let client = client(&account, base_url)?.build().map_err(|e| describe(&e))?;
        let (limits, callback) = (account.limits, account.callback);
        let log = Some(ActionLog::open(&journal.folder)?);
        let mut lines = Lines::new(args.json);
        lines.set_server(&server);
        let journal = Some(journal);
        Ok(Self { lines, server, client, limits, callback, mock: None, journal, log })
    }

    /// A mock in this process: nobody is reached, and nothing is recorded.
    fn embedded(json: bool) -> Result<Self, String> {
        let mock = MockServer::builder()
            .clock(Arc::new(SystemClock::new()))
            .followers(embedded::INVENTED_FOLLOWERS)
            .build();
        let client = Client::builder(mock.app_id(), mock.app_secret())
            .transport(mock.transport())
            .clock(mock.clock())
            .build()
            .map_err(|e| describe(&e))?;
        let server = "embedded mock".to_owned();
        let mut lines = Lines::new(json);
        lines.set_server(&server);
        let (limits, mock) = (Limits::default(), Some(mock));
        Ok(Self { lines, server, client, limits, callback: None, mock, journal: None, log: None })
    }

    /// The record that `send` keeps too.
    pub(crate) async fn store(&self) -> Result<Box<dyn Store>, Failure> {
        match &self.journal {
            None => Ok(Box::new(MemoryStore::new())),
            Some(place) => place.open().await.map_err(Failure::refused),
        }
    }

    /// The record for whoever only reads or deletes: none is made where there is none.
    pub(crate) async fn record(&self) -> Result<Box<dyn Store>, Failure> {
        match self.lacks_record() {
            Some(problem) => Err(Failure::refused(problem)),
            None => self.store().await,
        }
    }

    /// That there is no record, and where it was looked for.
    pub(crate) fn lacks_record(&self) -> Option<String> {
        self.journal.as_ref().filter(|place| !place.exists()).map(JournalPlace::missing)
    }

    /// Where the record lies.
    pub(crate) fn place(&self) -> String {
        self.journal.as_ref().map_or("the embedded mock".to_owned(), ToString::to_string)
    }

    /// Logs that something is about to be done. What cannot be logged is not done.
    pub(crate) fn begin(&self, command: &str, campaign: Option<&str>) -> Result<(), Failure> {
        let Some(log) = &self.log else { return Ok(()) };
        log.begin(SystemClock::new().now(), &self.action(command, campaign))
            .map_err(Failure::refused)
    }

    fn action<'a>(&'a self, command: &'a str, campaign: Option<&'a str>) -> Action<'a> {
        let account = self.client.app_id().as_str();
        Action { command, server: &self.server, account, campaign }
    }

    pub(crate) fn add_to_log(
        &self,
        command: &str,
        campaign: Option<&str>,
        exit: Exit,
        outcome: &str,
    ) {
        let Some(log) = &self.log else { return };
        log.end(SystemClock::new().now(), &self.action(command, campaign), exit, outcome);
    }
}

/// The server; `named` is the account of the campaign file.
fn choose(args: &ServerArgs, beside: &Path, named: Option<&str>) -> Result<Target, String> {
    let name = args.account.as_deref().or(named);
    let account = account::find(name, args.config.as_deref(), beside, &args.tokens)?;
    let environment = std::env::var("WECHAT_BASE_URL").ok();
    target::choose(account, args.live, args.base_url.as_deref(), environment.as_deref())
}

/// The record of an account's server, to be read: no server is asked.
pub(crate) struct Records {
    pub(crate) store: Box<dyn Store>,
    /// Where it lies.
    pub(crate) place: String,
    pub(crate) account: AppId,
    /// What an account of its kind may do.
    pub(crate) limits: Limits,
    pub(crate) lines: Lines,
    pub(crate) server: String,
}

impl Records {
    pub(crate) async fn open(args: &ServerArgs) -> Result<Self, String> {
        Self::open_beside(args, Path::new("wechat.toml"), None).await
    }

    /// The record beside a campaign file, which may name the account.
    pub(crate) async fn open_beside(
        args: &ServerArgs,
        beside: &Path,
        named: Option<&str>,
    ) -> Result<Self, String> {
        let target = choose(args, beside, named)?;
        let place = JournalPlace::choose(args.record(beside), &target)?;
        let (Some(place), Target::Named { account, base_url } | Target::Live { account, base_url }) =
            (&place, &target)
        else {
            return Err("the embedded mock keeps no record: name an account, and its server with \
                        --base-url or --live"
                .to_owned());
        };
        let is_live = matches!(target, Target::Live { .. });
        let server = if is_live { live(base_url) } else { base_url.to_string() };
        if !place.exists() {
            return Err(place.missing());
        }
        let store = place.open().await?;
        let (account, limits) = (account.app_id.clone(), account.limits);
        let mut lines = Lines::new(args.json);
        lines.set_server(&server);
        let place = place.to_string();
        Ok(Self { store, place, account, limits, lines, server })
    }

    /// What the journal and the account tell of how calls are made.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        policy.limits = self.limits;
        policy
    }
}

fn live(base_url: &BaseUrl) -> String {
    format!("{base_url} (LIVE)")
}

/// Asks whoever sits at the terminal. Without one there is nobody to ask.
pub(crate) fn confirm(question: &str) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::refused(format!(
            "{question} There is no terminal to ask on: say --yes"
        )));
    }
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{question} [y/N] ");
    let _ = err.flush();
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    if is_yes(&answer) { Ok(()) } else { Err(Failure::refused("nothing was done")) }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim(), "y" | "Y" | "yes" | "是")
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_clear_yes_is_one() {
        for answer in ["y\n", "Y", " yes \r\n", "是\n"] {
            assert!(is_yes(answer), "{answer:?}");
        }
        for answer in ["", "\n", "n", "yy", "ye", "no y"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }
}
