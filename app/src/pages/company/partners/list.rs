//! All partners.

use domain::access::Action;
use domain::page::grouped;
use domain::states::PartnershipStatus;
use leptos::prelude::*;
use views::Choice;
use views::partners::{PartnerList, PartnerRow, PartnerTotals};

use crate::components::viewer::{Permitted, use_viewer};
use crate::components::{
    EmptyState, FilterBar, FilterSelect, Icon, Loaded, PageHeader, Pager, RowLink, Skeleton, SortTh, StatusBadge, TableFrame, TextTd,
    breakable, opens,
};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::partners::{ListPartners, partner_path};
use crate::ui::load;

#[component]
pub fn AllPartners() -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListPartners { place, query: query.get() });
    let viewer = use_viewer();
    view! {
        <PageHeader title="All partners" crumbs=vec![("Partner Management".into(), "/partners".into())]>
            <Loaded of=viewer skeleton=Skeleton::None let:viewer>
                {viewer.may(Action::ManagePartners).then(|| view! {
                    <a class="btn primary" href=at("/partners/new") data-noscroll="" on:click=opens><Icon name="plus"/><span>"Add a partner"</span></a>
                })}
            </Loaded>
        </PageHeader>
        <Loaded of=list let:list>
            <ListView list=list/>
        </Loaded>
    }
}

#[component]
fn ListView(list: PartnerList) -> impl IntoView {
    if list.empty {
        return view! {
            <div class="card">
                <EmptyState icon="partners" title="No partners yet"
                    text="Everyone who refers customers to you appears here, with what they sold and earned.">
                    <Permitted action=Action::ManagePartners>
                        <a class="btn" href=at("/partners/new") data-noscroll="" on:click=opens>"Add a partner"</a>
                    </Permitted>
                    <Permitted action=Action::Import>
                        <a class="btn" href=at("/settings/import")>"Import partners"</a>
                    </Permitted>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let statuses = PartnershipStatus::ALL.iter().map(|status| Choice::new(status.word(), status.label())).collect();
    let mut selects = vec![
        FilterSelect { name: "group", label: "Group", all: "All groups", choices: list.groups },
        FilterSelect { name: "status", label: "Status", all: "All statuses", choices: statuses },
    ];
    if !list.tags.is_empty() {
        let tags = list.tags.into_iter().map(|tag| Choice::new(tag.clone(), tag)).collect();
        selects.push(FilterSelect { name: "tag", label: "Tag", all: "Every tag", choices: tags });
    }
    selects.push(FilterSelect {
        name: "held",
        label: "Rewards",
        all: "Any rewards",
        choices: vec![Choice::new("yes", "With rewards on hold")],
    });
    let words = list.count.of("partner", "partners");
    let table = if list.page.rows.is_empty() {
        view! {
            <div class="card">
                <EmptyState icon="search" title="No partner matches" text="Names, emails and partner keys are found by the beginnings of their words.">
                    <a class="btn" href="?">"Show all partners"</a>
                </EmptyState>
            </div>
        }
        .into_any()
    } else {
        let rows = list.page.rows.iter().cloned().map(|row| view! { <Row row=row/> }).collect_view();
        view! {
            <TableFrame label="Partners">
                <Head/>
                <tbody>{rows}</tbody>
                {list.totals.map(|totals| view! { <Foot totals=totals/> })}
            </TableFrame>
            <Pager page=list.page.clone() words=words/>
            {(!list.count.is_exact()).then(|| view! {
                <p class="hint">"Sums stand under the list once the filter leaves 1,000 partners or fewer. The CSV holds them all."</p>
            })}
        }
        .into_any()
    };
    view! {
        <FilterBar placeholder="Name, email or partner key" selects=selects csv="/export/partners.csv" fields=vec!["from", "to"]>
            <Joined/>
        </FilterBar>
        {table}
    }
    .into_any()
}

/// First and last day of signing up.
#[component]
fn Joined() -> impl IntoView {
    let query = use_list();
    let value = move |name: &'static str| query.with_untracked(|query| query.filter(name).to_owned());
    view! {
        <div class="filter dates" role="group" aria-label="Signed up">
            <span class="label" aria-hidden="true">"Signed up"</span>
            <input class="input" type="date" name="from" value=value("from") aria-label="Signed up from"/>
            <span aria-hidden="true">"–"</span>
            <input class="input" type="date" name="to" value=value("to") aria-label="Signed up to"/>
        </div>
    }
}

#[component]
fn Head() -> impl IntoView {
    view! {
        <thead>
            <tr>
                <SortTh column="name" label="Partner"/>
                <SortTh column="owner" label="Owner"/>
                <SortTh column="group" label="Group"/>
                <SortTh column="signups" label="Signups" numeric=true/>
                <SortTh column="paid" label="Paid customers" numeric=true/>
                <SortTh column="revenue" label="Revenue" numeric=true default="descending"/>
                <SortTh column="active" label="Last active" descending_first=true/>
            </tr>
        </thead>
    }
}

#[component]
fn Row(row: PartnerRow) -> impl IntoView {
    let badge = (row.status != PartnershipStatus::Approved).then(|| view! { <StatusBadge of=row.status/> });
    let title = format!("{}\n{}", row.name, row.email);
    view! {
        <tr>
            <th class="c-main c-clip" scope="row">
                <RowLink href=partner_path(&row.key) note=row.key.clone() title=title>{breakable(&row.name)}</RowLink>
                {badge}
            </th>
            <TextTd label="Owner" text=row.email/>
            <td class="c-short" data-label="Group" title=row.group>{row.group.clone()}</td>
            <td class="c-num" data-label="Signups">{grouped(row.signups)}</td>
            <td class="c-num" data-label="Paid customers">{grouped(row.paid_customers)}</td>
            <td class="c-amount">{row.revenue.display()}</td>
            <td class="c-date" data-label="Last active">{row.last_active}</td>
        </tr>
    }
}

#[component]
fn Foot(totals: PartnerTotals) -> impl IntoView {
    view! {
        <tfoot>
            <tr>
                <th class="c-main" scope="row" colspan="3">"Total"</th>
                <td class="c-num" data-label="Signups">{grouped(totals.signups)}</td>
                <td class="c-num" data-label="Paid customers">{grouped(totals.paid_customers)}</td>
                <td class="c-amount">{totals.revenue.display()}</td>
                <td class="c-hide"></td>
            </tr>
        </tfoot>
    }
}
