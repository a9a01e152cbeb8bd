//! The Activity tab: what happened around the partner, newest first.

use domain::list_query::ListQuery;
use leptos::prelude::*;
use views::partners::{Activity, ActivityEntry, ActivityKind};

use super::ThisPartner;
use crate::components::{EmptyState, Icon, Loaded, breakable, opens};
use crate::list::{address, use_list};
use crate::place::at;
use crate::server_fns::partners::GetPartnerActivity;
use crate::ui::load;

#[component]
pub fn ActivityTab() -> impl IntoView {
    let key = ThisPartner::get().key;
    let query = use_list();
    let activity = load(move |place| GetPartnerActivity { place, key: key.get(), older: query.get().page });
    view! {
        <Loaded of=activity let:activity>
            <Entries activity=activity later=!query.with_untracked(|query| query.page.is_empty())/>
        </Loaded>
    }
}

#[component]
fn Entries(activity: Activity, later: bool) -> impl IntoView {
    if activity.entries.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="clock" title="Nothing happened yet" text="Changes to this partner, its customers, their sales and its manual rewards appear here."/>
            </div>
        }
        .into_any();
    }
    let items = activity.entries.into_iter().map(|entry| view! { <Entry entry=entry/> }).collect_view();
    let older = activity.older.map(|cursor| address(&ListQuery { page: cursor, ..ListQuery::default() }));
    view! {
        <section class="card">
            <div class="card-body">
                <ol class="activity">{items}</ol>
            </div>
        </section>
        <nav class="pager" aria-label="Pages">
            <span></span>
            <span class="btn-group">
                {later.then(|| view! { <a class="btn small" href="?">"Newest"</a> })}
                {older.map(|href| view! { <a class="btn small" href=href><span>"Older"</span><Icon name="chevron-right"/></a> })}
            </span>
        </nav>
    }
    .into_any()
}

#[component]
fn Entry(entry: ActivityEntry) -> impl IntoView {
    let icon = match entry.kind {
        ActivityKind::Change => "edit",
        ActivityKind::Customer => "customers",
        ActivityKind::Sale => "card",
        ActivityKind::Refund => "refund",
        ActivityKind::Reward => "receipt",
    };
    let title = match entry.href.is_empty() {
        true => view! { <b>{breakable(&entry.title)}</b> }.into_any(),
        false => view! { <a class="link" href=at(entry.href) on:click=opens>{breakable(&entry.title)}</a> }.into_any(),
    };
    let by = (!entry.author.is_empty()).then(|| view! { <span class="muted">{breakable(&format!(" by {}", entry.author))}</span> });
    view! {
        <li>
            <span class="dot"><Icon name=icon/></span>
            <p>{title}{by}</p>
            <time>{entry.when}</time>
            {(!entry.detail.is_empty()).then(|| view! { <p class="detail">{breakable(&entry.detail)}</p> })}
        </li>
    }
}
