//! `wechat-cli report`: a campaign's report as a page and as CSV.

use std::fs;
use std::path::Path;

use serde_json::json;
use wechat_http::{Clock as _, SystemClock};
use wechat_mass::report;

use crate::args::ReportArgs;
use crate::exit::Exit;
use crate::lines::Lines;
use crate::session::Records;
use crate::status;

/// Runs the command.
pub(crate) async fn run(args: &ReportArgs) -> Exit {
    match write(args).await {
        Ok(()) => Exit::Success,
        Err(problem) => {
            Lines::new(args.server.json).failed(&problem, Exit::Refused);
            Exit::Refused
        }
    }
}

async fn write(args: &ReportArgs) -> Result<(), String> {
    let records = Records::open(&args.server).await?;
    let now = SystemClock::new().now();
    let status = status::read(&records, &args.name, records.policy(), now).await?;
    let keep = |kind: &str, file: &Path, text: String| {
        let shown = file.display().to_string();
        fs::write(file, text).map_err(|e| format!("{shown}: cannot be written: {e}"))?;
        let fields = json!({ "campaign": args.name, "kind": kind, "file": shown });
        records.lines.say("written", fields, || format!("wrote {shown}"));
        Ok::<(), String>(())
    };
    if let Some(file) = &args.html {
        keep("html", file, report::html(&status, now))?;
    }
    if let Some(file) = &args.csv {
        keep("csv", file, report::csv(&status))?;
    }
    Ok(())
}
