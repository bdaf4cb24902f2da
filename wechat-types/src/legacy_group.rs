//! Groups of followers, `/cgi-bin/groups/`: what tags replaced in 2016, and still answered.
//!
//! A follower is in exactly one group: 0 ungrouped, 1 blacklist, 2 starred, or one of the
//! account's own. New programs use [`tag`](crate::tag).

mod batch_move_users;
mod create_group;
mod delete_group;
mod get_group_id;
mod get_groups;
mod move_user;
mod update_group;

pub use batch_move_users::BatchMoveUsers;
pub use create_group::{CreateGroup, CreateGroupResponse};
pub use delete_group::DeleteGroup;
pub use get_group_id::{GetGroupId, GetGroupIdResponse};
pub use get_groups::{GetGroups, GetGroupsResponse, Group};
pub use move_user::MoveUser;
pub use update_group::UpdateGroup;
