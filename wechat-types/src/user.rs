//! Followers: who they are, what is known of them, `/cgi-bin/user/`.

mod batch_get_user_info;
mod change_open_ids;
mod get_followers;
mod get_user_info;
mod language;
mod subscribe_scene;
mod update_remark;
mod user_info;

pub use batch_get_user_info::{BatchGetUserInfo, BatchGetUserInfoResponse, UserQuery};
pub use change_open_ids::{ChangeOpenIds, ChangeOpenIdsResponse, ChangedOpenId};
pub use get_followers::{GetFollowers, GetFollowersResponse};
pub use get_user_info::GetUserInfo;
pub use language::Language;
pub use subscribe_scene::SubscribeScene;
pub use update_remark::UpdateRemark;
pub use user_info::{Sex, UserInfo};
