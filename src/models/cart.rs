//! Classification trees of our own: grown by impurity, read as shares of genres.
//!
//! Used by `tree` and `forest`. A tree is plain data, so trees of libraries that let their splits be
//! read are turned into the same form.

mod columns;
mod grow;
mod nodes;
mod split;

pub(super) use columns::Columns;
pub(super) use grow::{Growth, grow};
pub(super) use nodes::{Node, Tree};
