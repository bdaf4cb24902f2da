//! Drafts, `/cgi-bin/draft/`: articles on their way to a send, which uses them up.

mod add_draft;
pub(crate) mod article;
mod batch_get_drafts;
mod count_drafts;
mod delete_draft;
mod get_draft;
mod mini_program;
mod parts;
mod stored;
mod switch_drafts;
mod update_draft;

pub use add_draft::{AddDraft, AddDraftResponse};
pub use article::{Article, ArticleKind};
pub use batch_get_drafts::{BatchGetDrafts, BatchGetDraftsResponse, DraftItem};
pub use count_drafts::{CountDrafts, CountDraftsResponse};
pub use delete_draft::DeleteDraft;
pub use get_draft::{GetDraft, GetDraftResponse};
pub use mini_program::MiniProgramPage;
pub use parts::{Crop, CropRatio};
pub use stored::{StoredArticle, StoredArticles};
pub use switch_drafts::{SwitchDrafts, SwitchDraftsResponse};
pub use update_draft::UpdateDraft;
