//! `wechat-cli send`: checks everything, plans, sends, follows, reports.

mod output;
mod plan_text;
mod result_text;

use std::time::Duration;

use wechat_http::{BaseUrl, Client, Clock as _, SystemClock, describe};
use wechat_mass::campaign::{Driver, DriverError, Inbox, NoInbox, Plan, Policy};
use wechat_mass::journal::{Journal, MemoryJournal, SqliteStore, Store as _};
use wechat_types::mass::AudienceKind;

use crate::account::{self, Account};
use crate::action_log::{Action, ActionLog};
use crate::args::SendArgs;
use crate::campaign_file::{self, CampaignFile};
use crate::embedded::{self, Embedded};
use crate::exit::Exit;
use crate::lines::Lines;
use crate::listener::Listener;
use crate::state;
use crate::target::{self, Target};

use output::Output;
use result_text::End;

/// Why nothing was sent: all that is wrong.
type Refusal = Vec<String>;

/// Runs the command.
pub(crate) async fn run(args: &SendArgs) -> Exit {
    let output = Output::new(args.json);
    match prepare(args) {
        Err(problems) => refused(&output, &problems),
        Ok(prepared) => match execute(args, prepared, output.clone()).await {
            Ok(exit) => exit,
            Err(problems) => refused(&output, &problems),
        },
    }
}

fn refused(output: &Output, problems: &[String]) -> Exit {
    output.refused(problems);
    Exit::Refused
}

struct Prepared {
    plan: Plan,
    file: CampaignFile,
    target: Target,
}

/// Reads and checks everything, so that nothing is sent unless the whole plan is valid.
fn prepare(args: &SendArgs) -> Result<Prepared, Refusal> {
    let mut file = campaign_file::read(&args.campaign)?;
    let name = args.account.as_deref().or(file.account.as_deref());
    let account =
        account::find(name, args.config.as_deref(), &args.campaign).map_err(|e| vec![e])?;
    let environment = std::env::var("WECHAT_BASE_URL").ok();
    let target =
        target::choose(account, args.live, args.base_url.as_deref(), environment.as_deref())
            .map_err(|e| vec![e])?;
    if matches!(file.audience.kind(), AudienceKind::Everyone) && !args.everyone {
        return Err(vec![
            "the campaign is for everyone: say so on the command line too, with --everyone"
                .to_owned(),
        ]);
    }
    let app_id = match &target {
        Target::Embedded => embedded::app_id().map_err(|e| vec![e])?,
        Target::Named { account, .. } | Target::Live { account, .. } => account.app_id.clone(),
    };
    let (name, audience) = (file.name.clone(), file.audience.clone());
    // The plan takes the content over: pictures are not kept twice.
    let content =
        std::mem::replace(&mut file.content, wechat_mass::campaign::Content::Text(String::new()));
    let plan = Plan::new(app_id, name, audience, content).map_err(|found| {
        let shown = args.campaign.display();
        found.list.iter().map(|p| format!("{shown}: {p}")).collect::<Vec<_>>()
    })?;
    Ok(Prepared { plan, file, target })
}

async fn execute(args: &SendArgs, prepared: Prepared, mut output: Output) -> Result<Exit, Refusal> {
    let Prepared { plan, file, target } = prepared;
    output.set_server(match &target {
        Target::Embedded => "embedded mock".to_owned(),
        Target::Named { base_url, .. } => base_url.to_string(),
        Target::Live { base_url, .. } => format!("{base_url} (LIVE)"),
    });
    output.plan(&plan, file.corrections.as_ref(), args.dry_run);
    if args.dry_run {
        return Ok(Exit::Success);
    }
    let mut policy = Policy::default();
    policy.poll_after = Duration::from_secs(args.poll);
    policy.poll_every = Duration::from_secs(args.poll);
    policy.wait_for_counters = policy.wait_for_counters.min(policy.poll_every);
    policy.follow_for = Duration::from_secs(args.follow * 60 * 60);
    policy.past_undecided = args.past_undecided;
    match target {
        Target::Embedded => {
            let mut mock = Embedded::start(&plan).await.map_err(|e| vec![e])?;
            let base_url =
                mock.base_url.parse().map_err(|e| vec![format!("embedded mock: {e}")])?;
            output.listening(mock.listener.address(), true);
            let client = client(&mock.account, base_url)?;
            let mut journal = MemoryJournal::new();
            let exit =
                drive(&client, &plan, policy, (&mut journal, false), &mut mock.listener, &output)
                    .await;
            mock.stop().await;
            Ok(exit)
        }
        Target::Named { account, base_url } => {
            target::must_be_mock(&base_url).await.map_err(|e| vec![e])?;
            let folder = state::folder_of(&base_url);
            drive_server(args, &plan, policy, account, base_url, &folder, &output).await
        }
        Target::Live { account, base_url } => {
            target::must_not_be_mock(&base_url).await.map_err(|e| vec![e])?;
            drive_server(args, &plan, policy, account, base_url, state::LIVE, &output).await
        }
    }
}

/// Runs the campaign on a server that outlives this program, with a record that does so too.
async fn drive_server(
    args: &SendArgs,
    plan: &Plan,
    mut policy: Policy,
    account: Account,
    base_url: BaseUrl,
    folder: &str,
    output: &Output,
) -> Result<Exit, Refusal> {
    let client = client(&account, base_url)?;
    let mut listener = match account.callback {
        Some(settings) => {
            let encrypted = settings.aes_key.is_some();
            let listener = Listener::start(account.app_id, settings).await.map_err(|e| vec![e])?;
            output.listening(listener.address(), encrypted);
            Some(listener)
        }
        None => None,
    };
    let failed = |e| vec![describe(&e)];
    let folder = state::folder(args.state.as_deref(), &args.campaign).join(folder);
    let mut log = ActionLog::open(&folder).map_err(|e| vec![e])?;
    let file = folder.join(state::JOURNAL);
    let store = SqliteStore::open(&file).map_err(failed)?;
    let mut journal = store.open(plan, SystemClock::new().now()).await.map_err(failed)?;
    let known = journal.load().await.map_err(failed)?.len();
    output.journal(store.path(), known);
    let mut none = NoInbox::new(std::sync::Arc::new(SystemClock::new()));
    let inbox: &mut dyn Inbox = match &mut listener {
        Some(listener) => listener,
        None => {
            policy.wait_for_counters = Duration::ZERO;
            &mut none
        }
    };
    let exit = drive(&client, plan, policy, (journal.as_mut(), true), inbox, output).await;
    let action = Action {
        command: "send",
        server: output.server(),
        account: plan.account().as_str(),
        campaign: Some(plan.name()),
        exit,
        outcome: exit.word(),
    };
    if let Err(problem) = log.add(SystemClock::new().now(), &action) {
        Lines::warn(&problem);
    }
    Ok(exit)
}

async fn drive(
    client: &Client,
    plan: &Plan,
    policy: Policy,
    (journal, durable): (&mut dyn Journal, bool),
    inbox: &mut dyn Inbox,
    output: &Output,
) -> Exit {
    let driver = Driver::new(client, plan).with_policy(policy);
    let mut progress = output.progress(plan);
    let mut observe = |event: wechat_mass::campaign::Event<'_>| progress.show(&event);
    let ended = tokio::select! {
        biased;
        ended = driver.run(journal, inbox, &mut observe) => Some(ended),
        _ = tokio::signal::ctrl_c() => None,
    };
    let made = progress.finish();
    match ended {
        None => {
            output.interrupted(durable);
            Exit::Interrupted
        }
        Some(Ok(report)) => {
            let exit = Exit::from(report.conclusion());
            output.result(plan, &report, &End { exit, made, stopped: None });
            exit
        }
        Some(Err(DriverError::Journal { source, report, .. })) => {
            // What was sent before the journal failed is recorded, or open and keyed.
            let exit = match Exit::from(report.conclusion()) {
                Exit::Refused => Exit::Refused,
                _ => Exit::Undecided,
            };
            let stopped = describe(&source);
            output.result(plan, &report, &End { exit, made, stopped: Some(&stopped) });
            exit
        }
        Some(Err(error)) => {
            output.refused(&[describe(&error)]);
            Exit::Refused
        }
    }
}

fn client(account: &Account, base_url: BaseUrl) -> Result<Client, Refusal> {
    Client::builder(account.app_id.clone(), account.app_secret.clone())
        .base_url(base_url)
        .build()
        .map_err(|e| vec![describe(&e)])
}
