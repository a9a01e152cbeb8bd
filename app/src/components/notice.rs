//! Notices, empty states, errors in place of content.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::Icon;
use crate::error::AppError;
use crate::forms::local_path;
use crate::list::encode;

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

/// An error where content should be.
#[component]
pub fn ErrorNotice(error: AppError) -> impl IntoView {
    let here = use_location();
    let action = match &error {
        AppError::Unauthenticated => {
            let path = format!("{}{}", here.pathname.get_untracked(), here.search.get_untracked());
            let next = local_path(&path).map(encode).unwrap_or_default();
            Some(view! { <a class="btn small" rel="external" href=format!("/sign-in?next={next}")>"Sign in"</a> }.into_any())
        }
        AppError::NotFound(_) => Some(view! { <a class="btn small" href="/">"To the start page"</a> }.into_any()),
        _ => None,
    };
    view! {
        <div class="notice bad" role="alert">
            <Icon name="alert"/>
            <div class="notice-body">
                <strong>{error.title()}</strong>
                <p>{error.to_string()}</p>
            </div>
            {action.map(|action| view! { <div class="actions">{action}</div> })}
        </div>
    }
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
