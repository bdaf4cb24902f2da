//! `wechat-cli speed`: how fast jobs are delivered.

use serde_json::json;
use wechat_types::mass::{GetSpeed, SetSpeed, Speed};

use crate::args::SpeedCommand;
use crate::exit::Exit;
use crate::grouped::grouped;
use crate::session::{self, Done};

/// Runs the command.
pub(crate) async fn run(command: &SpeedCommand) -> Exit {
    match command {
        SpeedCommand::Get(args) => {
            session::run("speed get", &args.server, None, async |session| {
                let answer = session.client.send(&GetSpeed::new()).await?;
                let (level, real) = (answer.speed.to_wire(), answer.real_speed * 10_000);
                let fields = json!({ "speed": level, "messages_a_minute": real });
                Ok(Done::well(fields, said(session, level, real)))
            })
            .await
        }
        SpeedCommand::Set(args) => {
            session::run("speed set", &args.server, None, async |session| {
                let speed = Speed::from_wire(args.level);
                session.client.send(&SetSpeed::new(speed)).await?;
                let real = speed.ten_thousands_a_minute().unwrap_or_default() * 10_000;
                let fields = json!({ "speed": args.level, "messages_a_minute": real });
                Ok(Done::well(fields, said(session, args.level, real)))
            })
            .await
        }
    }
}

fn said(session: &session::Session, level: u64, real: u64) -> String {
    format!("speed {level} on {}: {} messages a minute (群发速度)", session.server, grouped(real))
}
