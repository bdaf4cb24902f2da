//! Mass sending, `/cgi-bin/message/mass/`: to whom, what, and what became of it.

mod accepted;
mod audience;
mod content;
mod delete_mass;
mod get_mass_status;
mod get_speed;
mod preview;
mod recipients;
pub mod report;
mod send;
mod send_all;
mod set_speed;
mod speed;

pub use audience::{Audience, AudienceKind, Filter};
pub use content::{Comments, MassContent, Pictures, Video};
pub use delete_mass::{DeleteMass, DeleteTarget};
pub use get_mass_status::{GetMassStatus, GetMassStatusResponse};
pub use get_speed::{GetSpeed, GetSpeedResponse};
pub use preview::{CardExt, Preview, PreviewContent, PreviewReceiver, PreviewResponse};
pub use recipients::Recipients;
pub use report::{JobStatus, MassReport, RefusalCode, ReportSource};
pub use send::{Send, SendResponse};
pub use send_all::{SendAll, SendAllResponse};
pub use set_speed::SetSpeed;
pub use speed::Speed;
