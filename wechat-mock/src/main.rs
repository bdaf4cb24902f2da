//! The program `wechat-mock`: the loopback server on a real or a still clock, for any language.

mod args;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_http::Clock;
use wechat_mock::{MockServer, MockServerBuilder};
use wechat_types::id::{OpenId, TagId};

use args::{Args, Command};

fn main() -> ExitCode {
    let environment = |name: &str| std::env::var(name).ok();
    let done = match args::parse(std::env::args().skip(1), environment) {
        Ok(Command::Help) => print(args::HELP),
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
    runtime.block_on(run(args))
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let server = build(&args)?;
    let listening = server.listen(args.listen.as_str()).await?;
    // A secret that was given stays with whoever gave it; one made from the seed reaches nobody.
    let secret = match args.app_secret {
        Some(_) => "as given".to_owned(),
        None => server.app_secret().expose().to_owned(),
    };
    print(&format!(
        "base URL  {}\nappid     {}\nsecret    {secret}\nfollowers {}\n\
         Ctrl-C or SIGTERM ends it, with a report of broken rules.\n",
        listening.base_url(),
        server.app_id(),
        server.followers().len(),
    ))?;
    if let Some(check) = listening.verify_callback_url().await {
        print(&format!("callback address: {check:?}\n"))?;
    }
    // One listener for the whole time: a signal between two would be lost.
    let ended = end_signal()?;
    tokio::pin!(ended);
    let mut printed = 0;
    loop {
        for request in server.received_after(printed) {
            print(&format!("{request}\n"))?;
            printed = request.number;
        }
        tokio::select! {
            () = &mut ended => break,
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    listening.shutdown().await;
    for request in server.received_after(printed) {
        print(&format!("{request}\n"))?;
    }
    print(&format!("{}\n", server.report()))
}

/// Ends with the first signal that asks the program to stop; it listens from now on.
#[cfg(unix)]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

fn build(args: &Args) -> Result<MockServer, Box<dyn Error>> {
    let mut builder: MockServerBuilder =
        MockServer::builder().seed(args.seed).followers(args.invented_followers());
    if args.real_clock {
        builder = builder.clock(Arc::new(RealClock));
    }
    if let Some(id) = &args.app_id {
        builder = builder.app_id(id.clone());
    }
    if let Some(secret) = &args.app_secret {
        builder = builder.app_secret(secret.clone());
    }
    if let Some(target) = &args.callback {
        builder = builder.callback(target.clone());
    }
    let server = builder.build();
    if let Some(file) = &args.followers_file {
        let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            server.add_follower(OpenId::new(line).map_err(|e| format!("{line:?}: {e}"))?);
        }
    }
    let followers = server.followers();
    for (tag, count) in &args.tags {
        let tag = TagId::new(*tag);
        server.add_tag(tag, format!("tag {tag}"));
        for openid in followers.iter().take(*count) {
            server.tag_follower(openid, tag);
        }
    }
    Ok(server)
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
