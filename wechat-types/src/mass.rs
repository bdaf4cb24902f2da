//! Mass sending, `/cgi-bin/message/mass/`: to whom, what, and what became of it.

mod audience;
mod content;
mod get_mass_status;
mod preview;
pub mod report;
mod send;
mod send_all;

pub use audience::{Audience, AudienceKind, Filter, Recipients};
pub use content::MassContent;
pub use get_mass_status::{GetMassStatus, GetMassStatusResponse};
pub use preview::{Preview, PreviewReceiver, PreviewResponse};
pub use report::{JobStatus, MassReport, RefusalCode, ReportSource};
pub use send::{Send, SendResponse};
pub use send_all::{SendAll, SendAllResponse};
