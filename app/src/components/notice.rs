//! Notices, empty states, errors in place of content.

use super::Title;
use domain::list_query::ListQuery;
use domain::place::within;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::Icon;
use crate::error::{AppError, FieldErrors};
use crate::forms::local_path;
use crate::list::{encode, use_list};
use crate::place::{at, use_here};

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
    if let AppError::Invalid(fields) = &error {
        let query = use_list().get_untracked();
        if fields.keys().all(|name| name == "sort" || !query.filter(name).is_empty()) {
            return view! { <RefusedFilters fields=fields.clone() query=query/> }.into_any();
        }
    }
    let (icon, href, way) = match &error {
        AppError::Unauthenticated => ("key", format!("/sign-in?next={}", local_path(&path).map(encode).unwrap_or_default()), "Sign in"),
        AppError::NotFound(_) => ("search", at(list_of(within(&path))), "Back to the list"),
        AppError::Forbidden(_) => ("lock", at("/"), "Go to Home"),
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
    .into_any()
}

/// In place of a list: the filters that can't be read, to be written anew. Likewise in place of a preview.
#[component]
fn RefusedFilters(fields: FieldErrors, query: ListQuery) -> impl IntoView {
    let previews = use_here().with_untracked(|here| here.ends_with("/attribution"));
    let [heading, hint, again, anew] = match previews {
        true => ["This change can't be previewed", "Nothing was changed.", "Show what it would do", "Start again"],
        false => ["This filter can't be read", "Nothing is listed until it can.", "Show the list", "Clear all filters"],
    };
    let search = (!query.search.is_empty()).then(|| ("q".to_owned(), query.search.clone()));
    let sort = (!query.sort.is_empty() && !fields.contains_key("sort")).then(|| ("sort".to_owned(), query.sort.clone()));
    let kept = query.filters.iter().filter(|(name, _)| !fields.contains_key(*name)).map(|(name, value)| (name.clone(), value.clone()));
    let kept = kept.chain(search).chain(sort).map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view();
    let inputs = fields
        .into_iter()
        .map(|(name, message)| {
            let (id, about) = (format!("filter-{name}"), format!("filter-{name}-error"));
            let label = match name.as_str() {
                "min" => "Amount from".to_owned(),
                "max" => "Amount to".to_owned(),
                _ => name.replace('_', " "),
            };
            let field = (name != "sort").then(|| view! {
                <label for=id.clone()><span>{label}</span></label>
                <input class="input" id=id.clone() name=name.clone() value=query.filter(&name).to_owned() aria-invalid="true" aria-describedby=about.clone()/>
            });
            view! {
                <div class="field">
                    {field}
                    <p class="error" id=about.clone()>
                        <Icon name="alert"/>
                        <span>{message}</span>
                    </p>
                </div>
            }
        })
        .collect_view();
    view! {
        <Title text="Please check"/>
        <div class="card" role="alert">
            <div class="card-head">
                <h1>{heading}</h1>
            </div>
            <form class="card-body form" method="get">
                {kept}
                {inputs}
                <p class="hint">{hint}</p>
                <div class="form-end">
                    <button class="btn primary" type="submit">{again}</button>
                    <a class="btn quiet" href="?">{anew}</a>
                </div>
            </form>
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
