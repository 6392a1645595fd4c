//! Tells the program which commit it was built from, so that a record can say it.

use std::process::Command;

fn main() {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // Only the repository's own history counts: a copy unpacked inside another has no commit.
    let own = git(&["rev-parse", "--show-prefix"]).is_some_and(|prefix| prefix.is_empty());
    let commit = own.then(|| git(&["describe", "--always", "--dirty", "--exclude", "*"])).flatten();
    println!("cargo::rustc-env=CROSSFOLD_COMMIT={}", commit.unwrap_or_default());
    for path in [".git/HEAD", ".git/index", ".git/refs/heads", "src", "Cargo.lock", "build.rs"] {
        if std::path::Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
}
