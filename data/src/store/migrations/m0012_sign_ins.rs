//! From which networks a person has signed in: a flood of wrong passwords from elsewhere does not keep them out.

use sea_orm_migration::prelude::*;

use super::table::{migration, table};

migration!(|manager| {
    table("sign_in_networks")
        .uuid("user_id")
        .text("network")
        .big("last_at")
        .key(&["user_id", "network"])
        .references("user_id", "users")
        .create(manager)
        .await
});
