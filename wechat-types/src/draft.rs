//! Drafts, `/cgi-bin/draft/`: articles on their way to a send, which uses them up.

mod add_draft;
mod article;

pub use add_draft::{AddDraft, AddDraftResponse};
pub use article::Article;
