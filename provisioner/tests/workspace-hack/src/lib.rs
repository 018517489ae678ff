//! Empty. Cargo compiles a dependency once for each set of features, and tests ask for features that a build does not.
//! As a member of the workspace that asks for them too, this package makes both sets equal: `cargo build`, `cargo clippy`,
//! `cargo doc` and `cargo test` with `--workspace` share one build of the dependencies. No other package depends on it.
