//! Notices, empty states, errors in place of content.

use domain::place::within;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::Icon;
use crate::error::AppError;
use crate::forms::local_path;
use crate::list::encode;
use crate::place::at;

/// A boxed message: `tone` is "" (info), "good", "warn", "bad" or "plain". Children are its actions.
#[component]
pub fn Notice(
    #[prop(optional)] tone: &'static str,
    #[prop(default = "info")] icon: &'static str,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=format!("notice {tone}")>
            <Icon name=icon/>
            <div class="notice-body">
                <strong>{title}</strong>
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            </div>
            {children.map(|actions| view! { <div class="actions">{actions()}</div> })}
        </div>
    }
}

/// What will be here, and the first step to it: children are the step.
#[component]
pub fn EmptyState(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|step| view! { <div class="actions">{step()}</div> })}
        </div>
    }
}

/// An error in place of a page's content, and the way on. What comes after it on the page is not shown (45-notices.css).
#[component]
pub fn ErrorNotice(error: AppError) -> impl IntoView {
    let here = use_location();
    let path = format!("{}{}", here.pathname.get_untracked(), here.search.get_untracked());
    let (icon, href, way) = match &error {
        AppError::Unauthenticated => ("key", format!("/sign-in?next={}", local_path(&path).map(encode).unwrap_or_default()), "Sign in"),
        AppError::NotFound(_) => ("search", at(list_of(within(&path))), "Back to the list"),
        AppError::Forbidden(_) => ("lock", at("/"), "To the start page"),
        _ => ("alert", path, "Try again"),
    };
    view! {
        <Title text=error.title()/>
        <div class="card" role="alert">
            <div class="empty">
                <Icon name=icon/>
                <h1>{error.title()}</h1>
                <p>{error.to_string()}</p>
                <div class="actions">
                    <a class="btn" rel="external" href=href>{way}</a>
                </div>
            </div>
        </div>
    }
}

/// "/partners/nobody/rewards" → "/partners"
fn list_of(path: &str) -> String {
    path.split('/').take(2).collect::<Vec<_>>().join("/")
}

/// Advice beside what it helps with: icon, bold start, the rest.
#[component]
pub fn Advice(items: Vec<(&'static str, &'static str, &'static str)>) -> impl IntoView {
    view! {
        <div class="advice">
            <ul>
                {items
                    .into_iter()
                    .map(|(icon, start, rest)| view! {
                        <li>
                            <Icon name=icon/>
                            <span><strong>{start}</strong>" "<span>{rest}</span></span>
                        </li>
                    })
                    .collect_view()}
            </ul>
        </div>
    }
}
