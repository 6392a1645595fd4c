//! The server, as friends and foes see it: real sockets, the built program.

#![allow(clippy::unwrap_used)] // a failed step fails the test

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/server.rs"]
mod server;
#[path = "../common/sound.rs"]
mod sound;

mod answers;
mod client;
mod hostile;
mod load;
mod patience;
mod refusals;
mod schema;
mod stop;
