//! An empty package. Cargo compiles a dependency once for each set of features, and tests need features that a build
//! does not. As a member of the workspace that requires them too, this package makes both sets equal: `cargo build`,
//! `cargo clippy`, `cargo doc` and `cargo test` with `--workspace` share one build of the dependencies. No other
//! package depends on it.
