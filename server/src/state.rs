//! What every request can reach.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use app::spool::Spool;
use data::Db;

use crate::background;
use crate::config::Config;
use crate::edge::assets::Assets;

#[derive(Clone)]
pub struct AppState {
    pub db: Db,
    pub config: Arc<Config>,
    pub assets: Assets,
    pub due: data::work::Worker,
    pub spool: Spool,
    /// Whether it was said that forwarded addresses are not believed.
    pub forwarded: Arc<AtomicBool>,
}

impl AppState {
    /// `url` is the database's address.
    pub fn new(db: Db, url: &str, config: Config) -> AppState {
        let due = background::worker(&db, &config.mail_dir);
        let spool = Spool::new(config.spool_dir(url));
        AppState { db, config: Arc::new(config), assets: Assets::embedded(), due, spool, forwarded: Arc::default() }
    }
}
