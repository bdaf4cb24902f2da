//! `wechat-cli send`, `resume` and `canary`: checks everything, plans, sends, follows, reports.

mod drive;
mod entry_json;
mod forecast;
mod output;
mod plan_text;
mod prepared;
mod recorded;
mod refusal;
mod resolve;
mod result_text;
mod stop;
mod waits;

use std::time::Duration;

use wechat_http::{BaseUrl, Client, Clock as _, SystemClock, describe};
use wechat_mass::campaign::{Canary, Inbox, NoInbox, Plan, PlanAudience, Policy};
use wechat_mass::journal::{Entry, MemoryJournal};
use wechat_mass::reachability::{OnlyReachable, only_reachable};

use crate::account::Account;
use crate::action_log::{Action, ActionLog};
use crate::args::SendArgs;
use crate::embedded::Embedded;
use crate::exit::Exit;
use crate::journal_place::JournalPlace;
use crate::listener::Listener;
use crate::target::{self, Target};
use crate::token_place;

pub(crate) use resolve::resolve;
pub(crate) use stop::stop;

use drive::Run;
use forecast::Forecasting;
use output::Output;
use prepared::{Asked, Prepared};
use refusal::Refusal;

/// What the human said who started the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Send what is left, unless something keeps it back.
    Send,
    /// Go on, whatever kept it back.
    Resume,
    /// Make the first call only.
    Canary,
}

impl Word {
    /// The command.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Resume => "resume",
            Self::Canary => "canary",
        }
    }
}

/// Runs the command.
pub(crate) async fn run(args: &SendArgs, word: Word) -> Exit {
    let output = Output::new(args.json);
    let asked = Asked::from(args);
    let ended = match asked.prepare().await {
        Err(refusal) => Err(refusal),
        Ok(prepared) => execute(args, word, prepared, output.clone()).await,
    };
    match ended {
        Ok(exit) => exit,
        Err(refusal) => {
            // A dry run contacts nobody, a database neither.
            let is_asked = !args.dry_run && !refusal.is_without_record;
            let calls = if is_asked { recorded::calls(&asked).await } else { None };
            output.refused(&refusal.problems, calls);
            Exit::Refused
        }
    }
}

/// A send to everyone is said on the command line too.
fn check_everyone(args: &SendArgs, plan: &Plan) -> Result<(), Vec<String>> {
    if matches!(plan.audience(), PlanAudience::Everyone) && !args.everyone {
        return Err(vec![prepared::NOT_SAID.to_owned()]);
    }
    Ok(())
}

async fn execute(
    args: &SendArgs,
    word: Word,
    prepared: Prepared,
    mut output: Output,
) -> Result<Exit, Refusal> {
    check_everyone(args, &prepared.plan)?;
    output.set_server(prepared::server(&prepared.target));
    output.plan(&prepared, args.dry_run);
    let Prepared { plan, file, target, .. } = prepared;
    if args.dry_run {
        return Ok(Exit::Success);
    }
    let mut policy = Policy::default();
    policy.poll_after = Duration::from_secs(args.poll);
    policy.poll_every = Duration::from_secs(args.poll);
    policy.wait_for_counters = policy.wait_for_counters.min(policy.poll_every);
    policy.follow_for = Duration::from_secs(args.follow * 60 * 60);
    policy.lease = Duration::from_secs(args.lease);
    policy.past_undecided = args.past_undecided;
    policy.look_every = policy.look_every.min(policy.poll_every);
    policy.overdue_after = Duration::from_secs(args.overdue * 60 * 60);
    (policy.not_before, policy.not_after) = (file.not_before, file.not_after);
    policy.canary = match word {
        Word::Canary => Canary::Alone,
        _ if file.canary => Canary::ThenRest,
        _ => Canary::Off,
    };
    let journal = Asked::from(args).journal(&target).map_err(|e| vec![e])?;
    // A record is not begun by resuming what it does not know.
    if word == Word::Resume
        && let Some(place) = journal.as_ref().filter(|place| !place.exists())
    {
        let missing = place.missing();
        let problem = format!("{missing}. There is nothing to resume: begin it with send");
        return Err(vec![problem].into());
    }
    match (target, journal) {
        (Target::Embedded, _) | (_, None) => {
            if word == Word::Resume {
                return Err(vec![
                    "there is nothing to resume on the embedded mock: it lives in the program that \
                     sends, and keeps no record"
                        .to_owned(),
                ]
                .into());
            }
            let mut mock = Embedded::start(&plan).await.map_err(|e| vec![e])?;
            let base_url =
                mock.base_url.parse().map_err(|e| vec![format!("embedded mock: {e}")])?;
            output.listening(mock.listener.address(), true);
            let client = client(&mock.account, base_url)?;
            let run = Run { client: &client, plan: &plan, policy, output: &output };
            let exit = run.once(&mut MemoryJournal::new(), &mut mock.listener).await;
            mock.stop().await;
            Ok(exit)
        }
        (Target::Named { account, base_url }, Some(place)) => {
            target::must_be_mock(&base_url).await.map_err(|e| vec![e])?;
            let client = client(&account, base_url)?;
            drive_server((args, word), plan, policy, account, client, &place, &output).await
        }
        (Target::Live { account, base_url }, Some(place)) => {
            target::must_not_be_mock(&base_url).await.map_err(|e| vec![e])?;
            let client = client(&account, base_url)?;
            drive_server((args, word), plan, policy, account, client, &place, &output).await
        }
    }
}

/// Runs the campaign on a server that outlives this program, with a record that does so too.
async fn drive_server(
    (args, word): (&SendArgs, Word),
    plan: Plan,
    mut policy: Policy,
    account: Account,
    client: Client,
    place: &JournalPlace,
    output: &Output,
) -> Result<Exit, Refusal> {
    let now = || SystemClock::new().now();
    policy.limits = account.limits;
    let mut listener = match account.callback {
        Some(settings) => {
            let (listen, encrypted) = (settings.listen, settings.aes_key.is_some());
            let listener = Listener::start_unless_in_use(account.app_id, settings).await;
            let listener = listener.map_err(|e| vec![e])?;
            match &listener {
                Some(listener) => output.listening(listener.address(), encrypted),
                None if place.is_shared() => output.listening_elsewhere(listen),
                None => {
                    return Err(vec![format!(
                        "callbacks cannot be received on {listen}: the address is in use (端口已被占用), such as by \
                         `callback listen` or another `send` of this account, which would keep the reports of \
                         this campaign to itself: end it first, or share a database (journal = \
                         \"postgres://…\")"
                    )]
                    .into());
                }
            }
            listener
        }
        None => {
            // A receiver on another machine may keep them.
            if !place.is_shared() {
                policy.wait_for_counters = Duration::ZERO;
            }
            None
        }
    };
    let log = ActionLog::open(&place.folder).map_err(|e| vec![e])?;
    let (account, campaign) = (plan.account().clone(), plan.name().to_owned());
    let action = Action {
        command: word.as_str(),
        server: output.server(),
        account: account.as_str(),
        campaign: Some(&campaign),
    };
    log.begin(now(), &action).map_err(|e| vec![e])?;
    let driven =
        drive_recorded((args, word), plan, policy, &client, &mut listener, place, output).await;
    match &driven {
        Ok(exit) => log.end(now(), &action, *exit, exit.word()),
        Err(refusal) => log.end(now(), &action, Exit::Refused, &refusal.problems.join("; ")),
    }
    driven
}

/// Takes the campaign up in its record, and drives it.
async fn drive_recorded(
    (args, word): (&SendArgs, Word),
    plan: Plan,
    policy: Policy,
    client: &Client,
    listener: &mut Option<Listener>,
    place: &JournalPlace,
    output: &Output,
) -> Result<Exit, Refusal> {
    let now = || SystemClock::new().now();
    let asked = now();
    let first_call = forecast::first_call(&policy, asked);
    let store = place.open().await.map_err(Refusal::without_record)?;
    if word == Word::Resume {
        let entries = store.entries(plan.account(), plan.name()).await?;
        let is_begun =
            |entry: &Entry| matches!(entry, Entry::Intent { .. } | Entry::Stopped { .. });
        if !entries.iter().any(is_begun) {
            return Err(vec![format!(
                "{place}: no call of the campaign {:?} was made, so there is nothing to resume: begin it \
                 with send",
                plan.name()
            )]
            .into());
        }
    }
    if let Some(sends) = args.website_sends {
        // Of this month, also where the first call is next month's.
        store.state_website_sends(plan.account(), sends, asked).await?;
    }
    let (plan, left_out) = if args.only_reachable {
        let scratch = Asked::from(args).scratch();
        let only = only_reachable(&*store, &plan, first_call, scratch).await;
        let OnlyReachable { plan, left_out, .. } = only.map_err(|e| vec![describe(&e)])?;
        (plan, Some(left_out))
    } else {
        (plan, None)
    };
    let worker = args.worker.clone().unwrap_or_else(drive::worker);
    let mut journal = store.join(&plan, &worker, now()).await?;
    let entries = journal.load().await?;
    // Before anybody's word is recorded.
    journal.bind(&plan, client.server(), args.moved).await?;
    if word == Word::Resume {
        // At once: a stop that comes while the forecast is made is a new one.
        journal.append(&Entry::GoOn { at: now() }).await?;
    }
    output.journal(place, entries.len());
    let forecast = Forecasting { client, store: &*store, plan: &plan, policy, entries: &entries };
    if let Some(found) = forecast.read(now()).await? {
        output.forecast(&found, left_out);
    }
    let mut none = NoInbox::new(std::sync::Arc::new(SystemClock::new()));
    let inbox: &mut dyn Inbox = match listener {
        Some(listener) => listener,
        None => &mut none,
    };
    let run = Run { client, plan: &plan, policy, output };
    Ok(run.to_the_end(&*store, &worker, journal, inbox).await)
}

fn client(account: &Account, base_url: BaseUrl) -> Result<Client, Vec<String>> {
    let builder = token_place::client(account, base_url).map_err(|e| vec![e])?;
    builder.build().map_err(|e| vec![describe(&e)])
}
