//! The program `tributary`: its command line, its web server and its background work.

pub mod assets;
pub mod background;
pub mod cli;
pub mod commands;
pub mod config;
pub mod connections;
pub mod console;
pub mod downloads;
pub mod mail;
pub mod pages;
pub mod requests;
pub mod router;
pub mod security;
pub mod sessions;
pub mod state;
pub mod telemetry;
