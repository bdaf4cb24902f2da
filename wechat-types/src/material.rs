//! Permanent material, `/cgi-bin/material/`.

mod add_material;
mod add_news;
mod batch_get_material;
mod count_material;
mod delete_material;
mod get_material;
mod update_news;

pub use add_material::{AddMaterial, AddMaterialResponse, MaterialKind, VideoDescription};
pub use add_news::{AddNews, AddNewsResponse};
pub use batch_get_material::{
    BatchGetMaterial, BatchGetMaterialResponse, LibraryKind, MaterialItem,
};
pub use count_material::{CountMaterial, CountMaterialResponse};
pub use delete_material::DeleteMaterial;
pub use get_material::{GetMaterial, GetMaterialResponse, VideoMaterial};
pub use update_news::UpdateNews;
