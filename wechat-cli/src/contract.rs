//! `wechat-cli contract`: checks the platform's promises on a server, keeps and compares reports.

mod output;
mod reports;
mod time;

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use wechat_http::{BaseUrl, Client, Clock as _, SystemClock, describe};
use wechat_mass::recipients;
use wechat_mock::contract::{self, Environment, Report};
use wechat_mock::recording::Recorder;
use wechat_mock::{MockServer, contract::Waiting};
use wechat_types::id::{OpenId, TagId};
use wechat_types::platform::GetApiDomainIps;
use wechat_types::user::GetFollowers;

use crate::account::{self, Account};
use crate::action_log::{Action, ActionLog};
use crate::args::ContractArgs;
use crate::exit::Exit;
use crate::interrupt::unless_interrupted;
use crate::listener::Listener;
use crate::state;
use crate::target::{self, Target};
use crate::token_place;

use output::Output;
use reports::Callbacks;
use time::OverHttp;

/// Followers of the embedded mock.
const INVENTED_FOLLOWERS: usize = 4;
/// The tag of the embedded mock that `--tag` can name.
const INVENTED_TAG: TagId = TagId::new(101);
/// No promise is waited for longer at once, on servers that live in real time.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A server that is ready to be asked.
struct Server {
    name: String,
    client: Client,
    environment: Environment,
}

/// Runs the command.
pub(crate) async fn run(args: &ContractArgs) -> Exit {
    let output = Output::new(args.json);
    match check(args, &output).await {
        Ok(exit) => exit,
        Err(problem) => {
            output.refused(&problem);
            Exit::Refused
        }
    }
}

async fn check(args: &ContractArgs, output: &Output) -> Result<Exit, String> {
    let older = args.compare.as_deref().map(read_report).transpose()?;
    let followers = args.open_ids.as_deref().map(read_followers).transpose()?;
    let name = args.account.as_deref();
    // A configuration lies in the folder where the program runs.
    let beside = Path::new("wechat.toml");
    let account = account::find(name, args.config.as_deref(), beside, &args.tokens)?;
    let environment = std::env::var("WECHAT_BASE_URL").ok();
    let target =
        target::choose(account, args.live, args.base_url.as_deref(), environment.as_deref())?;
    // It has no record of campaigns, but its actions are logged where those of `send` are.
    let folder = target.state_name().map(|server| state::folder(None, beside).join(server));
    let log = folder.as_deref().map(ActionLog::open).transpose()?;
    let server = match target {
        Target::Embedded => embedded(args)?,
        Target::Named { account, base_url } => {
            target::must_be_mock(&base_url).await?;
            mock(args, account, base_url).await?
        }
        Target::Live { account, base_url } => {
            target::must_not_be_mock(&base_url).await?;
            live(args, account, base_url).await?
        }
    };
    // One harmless call: a wrong secret or a dead line is no finding about each promise.
    let first = server.client.send(&GetApiDomainIps::new()).await;
    first.map_err(|e| format!("{} cannot be asked: {}", server.name, describe(&e)))?;
    let followers = followers.unwrap_or_default();
    let Server { name, client, mut environment } = server;
    if !followers.is_empty() {
        environment = environment.with_followers(followers);
    }
    output.begin(&name, args.may_send, args.everyone);
    let clock = SystemClock::new();
    let now = clock.now();
    let account = client.app_id().as_str();
    let action = Action { command: "contract", server: &name, account, campaign: None };
    if let Some(log) = &log {
        log.begin(now, &action)?;
    }
    let ended = |exit: Exit, outcome: &str| {
        if let Some(log) = &log {
            log.end(clock.now(), &action, exit, outcome);
        }
    };
    let mut show = |finding: &contract::Finding| output.finding(finding);
    let run = contract::run(&client, &environment, &mut show);
    let Some(findings) = unless_interrupted(run).await else {
        output.interrupted(&name);
        ended(Exit::Interrupted, "interrupted");
        return Ok(Exit::Interrupted);
    };
    let report = Report::new(name.as_str(), now, findings);
    let written = args.report.as_deref().map_or(Ok(()), |file| write_report(file, &report));
    let changes = older.as_ref().map(|older| contract::compare(older, &report));
    let fine = match &changes {
        Some(changes) => changes.is_empty(),
        None => report.differences().count() == 0,
    };
    let exit = if fine && written.is_ok() { Exit::Success } else { Exit::Partly };
    if let Err(problem) = written {
        output.unwritten(&problem);
    }
    output.result(&report, changes.as_deref(), exit);
    let (sent, differences) = (args.may_send, report.differences().count());
    ended(exit, &format!("messages allowed: {sent}; {differences} promises differ"));
    Ok(exit)
}

/// A mock in this process, on a clock that is moved by hand.
fn embedded(args: &ContractArgs) -> Result<Server, String> {
    let mock = MockServer::builder().followers(INVENTED_FOLLOWERS).build();
    mock.add_tag(INVENTED_TAG, "contract");
    for follower in mock.followers() {
        mock.tag_follower(&follower, INVENTED_TAG);
    }
    let builder = Client::builder(mock.app_id(), mock.app_secret()).clock(mock.clock());
    let client = with_recording(builder, args, || Ok(mock.transport()))?;
    let environment = environment(args)
        .with_app_secret(mock.app_secret())
        .with_followers(mock.followers())
        .with_time(mock.clone())
        .may_renew_tokens();
    Ok(Server { name: "embedded mock".to_owned(), client, environment })
}

/// A mock elsewhere: nobody else needs its tokens, and its followers are nobody's.
async fn mock(args: &ContractArgs, account: Account, base_url: BaseUrl) -> Result<Server, String> {
    let name = base_url.to_string();
    let client = client(args, &account, base_url.clone())?;
    let first_page = client.send(&GetFollowers::new()).await;
    let first_page = first_page.map_err(|e| format!("{name} cannot be asked: {}", describe(&e)))?;
    let environment = with_account(environment(args), args, account)
        .await?
        .with_followers(first_page.open_ids.into_iter().take(INVENTED_FOLLOWERS).collect())
        .may_renew_tokens();
    let environment = match OverHttp::new(base_url).await? {
        Some(time) => environment.with_time(time),
        None => environment.with_time(waiting()),
    };
    Ok(Server { name, client, environment })
}

async fn live(args: &ContractArgs, account: Account, base_url: BaseUrl) -> Result<Server, String> {
    if args.may_send && args.open_ids.is_none() {
        return Err(
            "--may-send to real followers needs --open-ids with those who know of it".into()
        );
    }
    let name = format!("{base_url} (LIVE)");
    let client = client(args, &account, base_url)?;
    let mut environment =
        with_account(environment(args), args, account).await?.with_time(waiting());
    if args.may_renew_tokens {
        environment = environment.may_renew_tokens();
    }
    Ok(Server { name, client, environment })
}

/// The account's secret, and its callback address where there is something to be reported.
async fn with_account(
    environment: Environment,
    args: &ContractArgs,
    account: Account,
) -> Result<Environment, String> {
    let environment = match account.app_secret {
        Some(secret) => environment.with_app_secret(secret),
        None => environment,
    };
    match account.callback {
        Some(settings) if args.may_send => {
            let listener = Listener::start(account.app_id, settings).await?;
            Ok(environment.with_reports(Callbacks::new(listener)))
        }
        _ => Ok(environment),
    }
}

/// What the options allow. Keys and names differ from run to run by the time in seconds.
fn environment(args: &ContractArgs) -> Environment {
    let now = SystemClock::new().now();
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut environment = Environment::new(seconds);
    if let Some(tag) = args.tag {
        environment = environment.with_tag(TagId::new(tag));
    }
    if args.may_send {
        environment = environment.may_send();
    }
    if args.everyone {
        environment = environment.may_send_to_everyone();
    }
    environment
}

fn waiting() -> Waiting {
    Waiting::new(std::sync::Arc::new(SystemClock::new()), LONGEST_WAIT)
}

fn client(args: &ContractArgs, account: &Account, base_url: BaseUrl) -> Result<Client, String> {
    let builder = token_place::client(account, base_url)?;
    with_recording(builder, args, || {
        wechat_http::transport::reqwest::ReqwestTransport::new().map_err(|e| describe(&e))
    })
}

/// A client over this transport, with a recorder before it where one is asked for.
fn with_recording<T: wechat_http::Transport>(
    builder: wechat_http::ClientBuilder,
    args: &ContractArgs,
    transport: impl FnOnce() -> Result<T, String>,
) -> Result<Client, String> {
    let transport = transport()?;
    let builder = match &args.record {
        Some(file) => {
            let created = fs::File::create(file).and_then(|sink| Recorder::new(transport, sink));
            builder.transport(created.map_err(|e| format!("{}: {e}", file.display()))?)
        }
        None => builder.transport(transport),
    };
    builder.build().map_err(|e| describe(&e))
}

fn read_followers(file: &Path) -> Result<Vec<OpenId>, String> {
    let shown = file.display();
    let bytes = fs::read(file).map_err(|e| format!("{shown}: {e}"))?;
    let list = recipients::read(&bytes).map_err(|found| format!("{shown}: {found}"))?;
    match list.open_ids.len() {
        0 | 1 => Err(format!("{shown}: two OpenIDs are needed, as a send goes to at least two")),
        2..=10 => Ok(list.open_ids),
        many => Err(format!(
            "{shown}: {many} OpenIDs; name the two to ten that belong to the people who test"
        )),
    }
}

fn read_report(file: &Path) -> Result<Report, String> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|e| format!("{shown}: {e}"))?;
    Report::from_json(&text).map_err(|e| format!("{shown}: {}", describe(&e)))
}

fn write_report(file: &Path, report: &Report) -> Result<(), String> {
    let shown = file.display();
    let text = report.to_json().map_err(|e| format!("{shown}: {e}"))?;
    fs::write(file, text).map_err(|e| format!("{shown}: {e}"))
}
