//! What the search over everything finds.

use leptos::prelude::*;
use views::search::{HitGroup, HitKind, SearchResults, too_short};

use crate::components::{EmptyState, Icon, Loaded, PageHeader, breakable, opens};
use crate::params::use_query;
use crate::place::at;
use crate::server_fns::search::Search as Question;
use crate::ui::load;

#[component]
pub fn Search() -> impl IntoView {
    let params = use_query();
    let text = Memo::new(move |_| params.with(|params| params.get("q")).trim().to_owned());
    let results = load(move |place| Question { place, text: text.get() });
    view! {
        <PageHeader title="Search" context="Partners, customers, transactions, rewards and invoices, by name, email or key"/>
        <Loaded of=results let:results>
            <Results results=results text=text.get()/>
        </Loaded>
    }
}

#[component]
fn Results(results: SearchResults, text: String) -> impl IntoView {
    if too_short(&text) {
        let title = if text.is_empty() { "Type what you remember" } else { "Type two letters or more" };
        return view! {
            <div class="card">
                <EmptyState icon="search" title=title
                    text="Use the box above: part of a name or an email, or a whole key, order or invoice number. Two letters are enough."/>
            </div>
        }
        .into_any();
    }
    if results.groups.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="search" title=format!("Nothing matches “{text}”")
                    text="Try a shorter part of the name, or the whole key. Only this company is searched."/>
            </div>
        }
        .into_any();
    }
    let groups = results.groups.into_iter().map(|group| view! { <Group group=group/> }).collect_view();
    view! { <div class="stack loose">{groups}</div> }.into_any()
}

#[component]
fn Group(group: HitGroup) -> impl IntoView {
    let icon = match group.kind {
        HitKind::Partner => "partners",
        HitKind::Customer => "customers",
        HitKind::Transaction => "card",
        HitKind::Reward => "receipt",
        HitKind::Invoice => "invoice",
    };
    let words = group.kind.words();
    let more = (!group.more.is_empty()).then(|| {
        view! {
            <a class="link" href=at(group.more)>
                <span>"All matches"</span>
                <span class="sr-only">{format!(" among {}", words.to_ascii_lowercase())}</span>
            </a>
        }
    });
    let hits = group
        .hits
        .into_iter()
        .map(|hit| {
            view! {
                <li>
                    <a href=at(hit.href) on:click=opens>
                        <Icon name=icon/>
                        <strong>{breakable(&hit.title)}</strong>
                        <small>{breakable(&hit.detail)}</small>
                        <span class="end">{hit.end}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{words}</h2>
                {more}
            </div>
            <ul class="todo">{hits}</ul>
        </section>
    }
}
