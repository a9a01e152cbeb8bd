//! The house's direction: `domain ← data ← app[ssr] ← server` and `domain ← app[hydrate] ← frontend`.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// What each member of the workspace may use of the others.
const ALLOWED: [(&str, &[&str]); 5] =
    [("domain", &[]), ("data", &["domain"]), ("app", &["domain", "data"]), ("frontend", &["app"]), ("server", &["app", "data", "domain"])];

/// What `domain`, which decides about money and runs in the browser too, must never come to depend on.
const NOT_IN_DOMAIN: [&str; 6] = ["axum", "leptos", "sea-orm", "sqlx", "tokio", "rand"];

/// What would reach the browser if `app`'s client side asked for it.
const NOT_IN_CLIENT: [&str; 8] = ["data", "axum", "leptos_axum", "sea-orm", "tokio", "chrono-tz", "argon2", "csv"];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata reads the workspace")
}

fn normal_dependencies(package: &Package) -> Vec<&str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .collect()
}

#[test]
fn members_use_only_what_is_before_them() {
    let metadata = metadata();
    let members: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    for package in &metadata.packages {
        let allowed = ALLOWED
            .iter()
            .find(|(name, _)| *name == package.name.as_str())
            .unwrap_or_else(|| panic!("{} is new: say here what it may use", package.name))
            .1;
        for used in normal_dependencies(package) {
            assert!(!members.contains(&used) || allowed.contains(&used), "{} must not use {used}", package.name);
        }
    }
    assert_eq!(metadata.packages.len(), ALLOWED.len());
}

#[test]
fn domain_is_pure() {
    let metadata = metadata();
    let domain = metadata.packages.iter().find(|package| package.name.as_str() == "domain").expect("the workspace has domain");
    for used in normal_dependencies(domain) {
        assert!(!NOT_IN_DOMAIN.contains(&used), "domain must not use {used}");
    }
}

#[test]
fn the_servers_side_of_app_is_optional() {
    let metadata = metadata();
    let app = metadata.packages.iter().find(|package| package.name.as_str() == "app").expect("the workspace has app");
    for dependency in &app.dependencies {
        assert!(
            dependency.optional || !NOT_IN_CLIENT.contains(&dependency.name.as_str()),
            "{} would reach the browser: make it optional and part of `ssr`",
            dependency.name
        );
    }
    let hydrate = &app.features["hydrate"];
    assert!(hydrate.iter().all(|feature| !feature.starts_with("dep:")), "hydrate must not pull in an optional dependency: {hydrate:?}");
}
