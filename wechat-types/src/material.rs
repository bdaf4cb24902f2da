//! Permanent material, `/cgi-bin/material/`.

mod add_material;

pub use add_material::{AddMaterial, AddMaterialResponse, MaterialKind};
