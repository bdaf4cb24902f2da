//! The program `wechat-mock`: the loopback server on a real or a still clock, for any language.

mod args;
mod printer;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_http::Clock;
use wechat_mock::{
    Configuration, JobProgress, ListenOptions, MockServer, MockServerBuilder, UrlCheck,
};
use wechat_types::id::TagId;

use args::{Args, Command};
use printer::Printer;

/// How long callers get to send the rest of a request when the program ends.
const LAST_CALLS: Duration = Duration::from_secs(3);

/// How long the last lines wait for whoever reads them.
const LAST_LINES: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let environment = |name: &str| std::env::var(name).ok();
    let done = match args::parse(std::env::args().skip(1), environment) {
        Ok(Command::Help) => print(args::HELP),
        Ok(Command::OpenApi) => print(&format!("{}\n", wechat_mock::openapi())),
        Ok(Command::Version) => print(concat!("wechat-mock ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Serve(args)) => serve(*args),
        Err(problem) => Err(format!("{problem}\nTry --help. 用 --help 查看用法。").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to tell when even this fails.
            let _ = writeln!(std::io::stderr(), "wechat-mock: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn serve(args: Args) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(run(args));
    // Nothing waits for the name of a callback's receiver that is still being looked up.
    runtime.shutdown_background();
    done
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let config = args.config.as_deref().map(Configuration::from_file).transpose()?;
    let server = build(&args, config.as_ref())?;
    let listen = args.listen.as_deref().or(config.as_ref().and_then(Configuration::listen));
    let options = options(&args, config.as_ref());
    if options.is_open() {
        let missing = "control calls from other machines need a token: set --control-token";
        return Err(missing.into());
    }
    let listening = server.listen_with(listen.unwrap_or(args::LISTEN), options).await?;
    let mut out = Printer::start()?;
    out.print(format!("base URL  {}\n", listening.base_url()));
    let accounts = server.accounts();
    for account in &accounts {
        // A secret that was given stays with whoever gave it; one made from the seed reaches nobody.
        let secret = match args.app_secret.is_some() || args.config.is_some() {
            true => "as given".to_owned(),
            false => account.app_secret().expose().to_owned(),
        };
        out.print(format!(
            "appid     {}\nsecret    {secret}\nfollowers {}\n",
            account.app_id(),
            account.follower_count(),
        ));
    }
    out.print("Ctrl-C or SIGTERM ends it, with a report of broken rules.\n".to_owned());
    if let Some(check) = listening.verify_callback_url().await {
        out.print(format!("callback address: {}\n", checked(&check)));
    }
    // One listener for the whole time: a signal between two would be lost.
    let mut signals = Signals::new()?;
    let mut logs: Vec<Log> = accounts.into_iter().map(Log::new).collect();
    let several = logs.len() > 1;
    loop {
        // On a thread of its own: what a long request looks like takes longer than to answer it.
        let print = move || {
            logs.iter_mut().for_each(|log| log.print(&mut out, several));
            (logs, out)
        };
        (logs, out) = tokio::task::spawn_blocking(print).await?;
        tokio::select! {
            () = signals.next() => break,
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    let cut_off = tokio::select! {
        () = listening.shutdown() => None,
        () = tokio::time::sleep(LAST_CALLS) => Some("a caller that did not end its request"),
        () = signals.next() => Some("what was going on at the second signal"),
    };
    if let Some(what) = cut_off {
        out.print(format!("cut off: {what}\n"));
    }
    for log in &mut logs {
        log.print(&mut out, several);
        let name = if several { format!("{}: ", log.account.app_id()) } else { String::new() };
        out.print(format!("{name}{}\n", log.account.report()));
    }
    out.finish(LAST_LINES);
    Ok(())
}

/// The log of one account, as far as it is printed.
struct Log {
    account: MockServer,
    printed: u64,
}

impl Log {
    fn new(account: MockServer) -> Self {
        Self { account, printed: 0 }
    }

    fn print(&mut self, out: &mut Printer, with_name: bool) {
        if out.is_off() {
            return;
        }
        // After a reset the numbers begin again.
        if (self.account.received_count() as u64) < self.printed {
            self.printed = 0;
        }
        for request in self.account.received_after(self.printed) {
            let name =
                if with_name { format!("{} ", self.account.app_id()) } else { String::new() };
            out.print(format!("{name}{request}\n"));
            self.printed = request.number;
        }
    }
}

fn options(args: &Args, config: Option<&Configuration>) -> ListenOptions {
    let mut options = config.map(Configuration::listen_options).unwrap_or_default();
    if let Some(token) = &args.control_token {
        options = options.control_token(token.clone());
    }
    if args.remote_control {
        options = options.remote_control();
    }
    if args.remote_callbacks {
        options = options.remote_callbacks();
    }
    options
}

/// The signals that ask the program to stop. It hears them from the making of this on.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C, which asks the program to stop. It hears it from the making of this on.
#[cfg(not(unix))]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

fn build(args: &Args, config: Option<&Configuration>) -> Result<MockServer, Box<dyn Error>> {
    let mut builder = match config {
        Some(config) => config.builder(),
        None => one_account(args)?,
    };
    let manual = config.is_some_and(Configuration::has_manual_clock);
    if !args.manual_clock.unwrap_or(manual) {
        builder = builder.clock(Arc::new(RealClock));
    }
    if let Some(seed) = args.seed {
        builder = builder.seed(seed);
    }
    if config.is_none_or(|config| !config.names_an_app_id()) {
        if let Some(id) = &args.app_id {
            builder = builder.app_id(id.clone());
        }
        if let Some(secret) = &args.app_secret {
            builder = builder.app_secret(secret.clone());
        }
    }
    Ok(builder.build())
}

/// The account of a program without a configuration file. Its jobs end within a second.
fn one_account(args: &Args) -> Result<MockServerBuilder, Box<dyn Error>> {
    let mut listed = Vec::new();
    if let Some(file) = &args.followers_file {
        listed = std::fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
        // Tried once by itself: an account that is set up cannot say what is wrong.
        let tried = MockServer::builder().build().import_followers(listed.as_slice());
        tried.map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let tags = args.tags();
    let mut builder = MockServer::builder()
        .settings(|rules| {
            let review = Duration::from_millis(500);
            rules.progress = JobProgress::ByTime { review, followers_per_minute: 800_000 };
        })
        .followers(args.invented_followers())
        .setup(move |account| {
            // It was read without an error before.
            let _ = account.import_followers(listed.as_slice());
            for (tag, count) in &tags {
                let tag = TagId::new(*tag);
                account.add_tag(tag, format!("tag {tag}"));
                account.tag_first_followers(*count, tag);
            }
        });
    if let Some(target) = &args.callback {
        builder = builder.callback(target.clone());
    }
    Ok(builder)
}

/// The machine's clock.
#[derive(Debug)]
struct RealClock;

#[async_trait]
impl Clock for RealClock {
    #[allow(clippy::disallowed_methods, reason = "the program runs in real time")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep_until(&self, at: SystemTime) {
        if let Ok(rest) = at.duration_since(self.now()) {
            tokio::time::sleep(rest).await;
        }
    }
}

/// Pushes go to the address whatever the check shows: its receiver may be started later.
fn checked(check: &UrlCheck) -> String {
    match check {
        UrlCheck::Verified => "it echoes, as the platform asks for (验证通过)".to_owned(),
        UrlCheck::WrongAnswer { status, .. } => format!(
            "it answered with status {status}, and did not echo the `echostr`: the platform would not take it \
             (验证未通过). Pushes go there all the same"
        ),
        UrlCheck::NoAnswer => {
            "no answer (无应答). Pushes go there all the same, once it is started".to_owned()
        }
        _ => "checked".to_owned(),
    }
}
