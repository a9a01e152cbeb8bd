//! The program `tributary`: its command line, its web server and its background work.

pub mod api;
pub mod background;
pub mod cli;
pub mod commands;
pub mod config;
pub mod connections;
pub mod console;
pub mod edge;
pub mod mail;
pub mod requests;
pub mod router;
pub mod security;
pub mod state;
pub mod telemetry;
pub mod web;
