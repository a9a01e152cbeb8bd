//! The house's direction: `domain ← {views, data}`, `data ← exchange`, `{views, data, exchange} ← screens ← app[ssr] ← server` and
//! `{domain, views} ← app[hydrate] ← frontend`. Inside the crates there is no circle of modules, and the chapters of `data` use only those
//! before them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// What each member of the workspace may use of the others.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("views", &["domain"]),
    ("data", &["domain"]),
    ("exchange", &["domain", "data"]),
    ("screens", &["domain", "views", "data", "exchange"]),
    ("elements", &[]),
    ("app", &["domain", "views", "data", "exchange", "screens", "elements"]),
    ("frontend", &["app", "elements"]),
    ("server", &["domain", "views", "data", "exchange", "screens", "elements", "app"]),
];

/// What `domain`, which decides about money and runs in the browser too, must never come to depend on.
const NOT_IN_DOMAIN: [&str; 6] = ["axum", "leptos", "sea-orm", "sqlx", "tokio", "rand"];

/// What would reach the browser if `app`'s client side asked for it.
const NOT_IN_CLIENT: [&str; 10] = ["data", "exchange", "screens", "axum", "leptos_axum", "sea-orm", "tokio", "chrono-tz", "argon2", "csv"];

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

/// A crate's modules by their paths, tests left out.
fn modules(folder: &Path, path: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("it can be read").path();
        let name = entry.file_stem().and_then(|name| name.to_str()).expect("names are UTF-8").to_owned();
        if ["tests", "testing", "fixture"].contains(&name.as_str()) {
            continue;
        }
        let own = match (name.as_str(), path) {
            ("lib" | "main", _) => String::new(),
            ("mod", _) => path.to_owned(),
            (_, "") => name,
            _ => format!("{path}::{name}"),
        };
        if entry.is_dir() {
            modules(&entry, &own, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).expect("it can be read");
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
            found.insert(own, code.join("\n"));
        }
    }
}

fn modules_of(member: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(member).join("src"), "", &mut all);
    assert!(all.len() > 5, "{member} has modules");
    all
}

/// `use a::{b, c::d}` as `a::b` and `a::c::d`.
fn expanded(prefix: &str, tree: &str, out: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((before, rest)) = tree.split_once('{') else {
        out.push(format!("{prefix}{}", tree.split_whitespace().next().unwrap_or_default()));
        return;
    };
    let inside = rest.strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut part) = (0, String::new());
    for letter in inside.chars().chain([',']) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            if !part.trim().is_empty() {
                expanded(&format!("{prefix}{before}"), &part, out);
            }
            part.clear();
        } else {
            part.push(letter);
        }
    }
}

/// The modules that `module` names, its own ancestors and descendants left out.
fn named(module: &str, code: &str, all: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut paths = Vec::new();
    let mut rest = String::new();
    for (at, statement) in code.split("use ").enumerate() {
        match statement.split_once(';') {
            Some((tree, after)) if at > 0 && !tree.contains('\n') | tree.contains('{') => {
                expanded("", tree, &mut paths);
                rest.push_str(after);
            }
            _ => rest.push_str(statement),
        }
    }
    for begin in ["crate::", "super::", "self::"] {
        for (at, _) in rest.match_indices(begin) {
            let path = &rest[at..];
            paths.push(
                path[..path.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':').unwrap_or(path.len())]
                    .to_owned(),
            );
        }
    }
    let here: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
    let mut found = BTreeSet::new();
    for path in &paths {
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
        let ups = parts.iter().take_while(|part| **part == "super").count();
        let base: Vec<&str> = match parts.first() {
            Some(&"crate") => parts[1..].to_vec(),
            Some(&"self") => [&here[..], &parts[1..]].concat(),
            Some(&"super") => [&here[..here.len().saturating_sub(ups)], &parts[ups..]].concat(),
            _ => continue,
        };
        let target = (1..=base.len()).rev().map(|count| base[..count].join("::")).find(|target| all.contains_key(target));
        let related = |target: &str| {
            module.is_empty()
                || target == module
                || target.starts_with(&format!("{module}::"))
                || module.starts_with(&format!("{target}::"))
        };
        found.extend(target.filter(|target| !related(target)));
    }
    found
}

/// A way from `from` back to itself.
fn circle(from: &str, graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut ways = vec![vec![from.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in &graph[way.last()?] {
            if next == from {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push([&way[..], std::slice::from_ref(next)].concat());
            }
        }
    }
    None
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    for member in ["domain", "views", "data", "exchange", "screens"] {
        let all = modules_of(member);
        let graph: BTreeMap<String, BTreeSet<String>> =
            all.iter().map(|(module, code)| (module.clone(), named(module, code, &all))).collect();
        for module in graph.keys() {
            if let Some(way) = circle(module, &graph) {
                panic!("{member}: {} → {module}", way.join(" → "));
            }
        }
    }
}

#[test]
fn chapters_use_only_those_before_them() {
    let all = modules_of("data");
    // In the order in which lib.rs has them.
    let chapters: Vec<&str> = all[""]
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .filter(|name| all.contains_key(*name))
        .collect();
    assert!(chapters.len() > 10, "{chapters:?}");
    let chapter = |module: &str| {
        let name = module.split("::").next().unwrap_or_default();
        chapters.iter().position(|chapter| *chapter == name).unwrap_or_else(|| panic!("{module} is in no chapter"))
    };
    for (module, code) in all.iter().filter(|(module, _)| !module.is_empty()) {
        for used in named(module, code, &all) {
            assert!(chapter(&used) <= chapter(module), "{module} uses {used}, which comes after it");
        }
    }
}
