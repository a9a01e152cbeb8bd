//! Who did what to money and permissions.

use leptos::prelude::*;
use views::Choice;
use views::settings::{AUDIT_KINDS, AuditEntry, AuditLog};

use super::SettingsTabs;
use crate::components::{EmptyState, FilterBar, FilterSelect, Loaded, PageHeader, Pager, TableFrame, TableHead, breakable, opens};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::settings::ListAudit;
use crate::ui::load;

#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_list();
    let log = load(move |place| ListAudit { place, query: query.get() });
    let kinds = FilterSelect {
        name: "kind",
        label: "About",
        all: "Everything",
        choices: AUDIT_KINDS.iter().map(|(kind, label)| Choice::new(kind.word(), *label)).collect(),
    };
    view! {
        <PageHeader title="Audit log" context="Who changed money or permissions, and when" tabs=view! { <SettingsTabs/> }.into_any()/>
        <FilterBar placeholder="A key, a number or a person's email" selects=vec![kinds] csv="/export/audit.csv"/>
        <Loaded of=log let:log>
            <Log log=log/>
        </Loaded>
    }
}

#[component]
fn Log(log: AuditLog) -> impl IntoView {
    if log.page.rows.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="key" title="No entries here"
                    text="Every change to money and permissions leaves an entry. Clear the filter to see all of them."/>
            </div>
        }
        .into_any();
    }
    let rows = log.page.rows.iter().cloned().map(|entry| view! { <Entry entry=entry/> }).collect_view();
    view! {
        <TableFrame label="Audit log">
            <TableHead labels=format!("When, {}|What|About|Who", log.zone)/>
            <tbody>{rows}</tbody>
        </TableFrame>
        <Pager page=log.page words="Newest first"/>
    }
    .into_any()
}

#[component]
fn Entry(entry: AuditEntry) -> impl IntoView {
    let label = breakable(&entry.subject);
    let subject = if entry.href.is_empty() {
        view! { <span class="mono">{label}</span> }.into_any()
    } else {
        view! { <a class="link" href=at(entry.href) on:click=opens>{label}</a> }.into_any()
    };
    let facts: Vec<String> = entry.detail.into_iter().map(|(label, words)| format!("{label}: {words}")).collect();
    let facts = (!facts.is_empty()).then(|| view! { <small class="entry-facts">{breakable(&facts.join(" · "))}</small> });
    view! {
        <tr>
            <td class="c-date">{entry.at}</td>
            <th class="c-main" scope="row">
                <span>{entry.action}</span>
                {facts}
            </th>
            <td class="c-clip" title=entry.subject>
                {subject}
                <small>{entry.subject_kind}</small>
            </td>
            <td class="c-clip" data-label="By" title=entry.author><span>{breakable(&entry.author)}</span></td>
        </tr>
    }
}
