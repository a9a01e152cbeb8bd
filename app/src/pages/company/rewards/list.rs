//! The list: every reward of the open months, by state, with what can be done about many at once.

use domain::list_query::ListQuery;
use domain::page::Count;
use domain::states::RewardSource;
use leptos::prelude::*;
use views::Choice;
use views::partners::RewardLine;
use views::rewards::{ReviewList, StateTab};

use super::bulk::{BulkForm, RowBox, SelectEverything};
use crate::components::{
    Amount, Combobox, EmptyState, FilterBar, FilterSelect, KeyHints, Loaded, PageHeader, Pager, RowLink, Segment, Segments, SelectAllTh,
    SortTh, StatusBadge, TableFrame, Th, Totals, breakable, finder, restore_cursor, restore_ticks,
};
use crate::list::{address, filtered, use_list};
use crate::place::{at, use_here};
use crate::server_fns::customers::FindCustomers;
use crate::server_fns::partners::FindPartners;
use crate::server_fns::rewards::{ListRewards, reward_path};
use crate::ui::load;

#[component]
pub fn ReviewRewards() -> impl IntoView {
    let query = use_list();
    let list = load(move |place| ListRewards { place, query: query.get() });
    view! {
        <Loaded of=list let:list>
            <ReviewPage list=list/>
        </Loaded>
    }
}

#[component]
fn ReviewPage(list: ReviewList) -> impl IntoView {
    if list.empty {
        return view! {
            <PageHeader title="Review Rewards" context=list.context/>
            <div class="card">
                <EmptyState icon="receipt" title="No rewards yet"
                    text="A reward appears when a partner's customer buys and an offer pays for it, or when you give one by hand.">
                    <a class="btn primary" href=at("/customers")>"Record a sale"</a>
                    <a class="btn" href=at("/partners")>"Give a manual reward"</a>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let segments = list.tabs.iter().map(segment).collect();
    let selects = selects(&list);
    let named = named(&list);
    let (partner, customer) = (list.partner.clone(), list.customer.clone());
    let new = list.tabs.iter().find(|tab| tab.value == "pending" && tab.count != Some(Count::Exactly(0))).cloned();
    view! {
        <PageHeader title="Review Rewards" context=list.context.clone()>
            {new.map(|tab| view! { <ReviewNew tab=tab/> })}
        </PageHeader>
        <Segments name="status" label="Status" items=segments/>
        <FilterBar placeholder="Partner, customer or key" selects=selects csv="/export/rewards.csv"
            fields=vec!["partner", "customer", "min", "max"] named=named>
            <Whose partner=partner customer=customer/>
            <AmountRange/>
        </FilterBar>
        <Sums count=list.count totals=list.totals.clone()/>
        {if list.page.rows.is_empty() {
            view! { <Nothing/> }.into_any()
        } else {
            view! { <Rows list=list/> }.into_any()
        }}
    }
    .into_any()
}

/// The way to what waits for a decision.
#[component]
fn ReviewNew(tab: StateTab) -> impl IntoView {
    let query = use_list();
    let href = move || query.with(|query| address(&filtered(query, "status", "pending")));
    let here = move || query.with(|query| query.filter("status") == "pending");
    let words = match tab.count {
        Some(count) => format!("Review {}", count.of("new reward", "new rewards")),
        None => "Review new rewards".to_owned(),
    };
    move || {
        (!here()).then(|| {
            view! { <a class="btn primary" href=href>{words.clone()}</a> }
        })
    }
}

fn segment(tab: &StateTab) -> Segment {
    let count = tab.count.map(|count| match count {
        Count::Exactly(count) => domain::page::grouped(count.into()),
        Count::MoreThan(count) => format!("{}+", domain::page::grouped(count.into())),
    });
    Segment { value: tab.value.clone(), label: tab.label.clone(), count }
}

fn selects(list: &ReviewList) -> Vec<FilterSelect> {
    let sources = RewardSource::ALL.iter().map(|source| Choice::new(source.word(), source.label())).collect();
    let mut selects = vec![
        FilterSelect { name: "month", label: "Month", all: "Open months", choices: list.months.clone() },
        FilterSelect { name: "group", label: "Group", all: "All groups", choices: list.groups.clone() },
        FilterSelect { name: "source", label: "Source", all: "Every source", choices: sources },
    ];
    if list.currencies.len() > 1 {
        selects.push(FilterSelect { name: "currency", label: "Currency", all: "Every currency", choices: list.currencies.clone() });
    }
    selects
}

/// One partner, one customer: found as one types, or typed as a name, an email or a key.
#[component]
fn Whose(partner: Option<Choice>, customer: Option<Choice>) -> impl IntoView {
    let query = use_list();
    let value = move |name: &'static str| query.with_untracked(|query| query.filter(name).to_owned());
    view! {
        <Combobox name="partner" label="Partner" filter=true initial=Vec::new() find=finder(|place, text| FindPartners { place, text }) value=value("partner") known=partner placeholder="Any partner"/>
        <Combobox name="customer" label="Customer" filter=true initial=Vec::new() find=finder(|place, text| FindCustomers { place, text }) value=value("customer") known=customer placeholder="Any customer"/>
    }
}

/// Amounts from and to, in major units.
#[component]
fn AmountRange() -> impl IntoView {
    let query = use_list();
    let value = move |name: &'static str| query.with_untracked(|query| query.filter(name).to_owned());
    view! {
        <div class="filter range" role="group" aria-label="Amount">
            <span class="label" aria-hidden="true">"Amount"</span>
            <input class="input" type="text" inputmode="decimal" name="min" value=value("min") placeholder="from" aria-label="Amount from"/>
            <span aria-hidden="true">"–"</span>
            <input class="input" type="text" inputmode="decimal" name="max" value=value("max") placeholder="to" aria-label="Amount to"/>
        </div>
    }
}

/// What is filtered by besides the selects, in words.
fn named(list: &ReviewList) -> Vec<(&'static str, String)> {
    let (partner, customer) = (list.partner.as_ref(), list.customer.as_ref());
    let query = use_list();
    let who = [("partner", "Partner: ", partner), ("customer", "Customer: ", customer)]
        .into_iter()
        .filter_map(|(name, label, choice)| Some((name, format!("{label}{}", choice?.label))));
    let bounds = query
        .with_untracked(|query| [("min", "from"), ("max", "up to")].map(|(name, words)| (name, format!("{words} {}", query.filter(name)))));
    who.chain(bounds).collect()
}

#[component]
fn Sums(count: Count, totals: Option<Vec<domain::Money>>) -> impl IntoView {
    let words = count.of("reward", "rewards");
    match totals {
        Some(amounts) => view! { <Totals words=words amounts=amounts earned=true/> }.into_any(),
        None => {
            let query = use_list();
            let href = move || query.with(|query| address(&filtered(query, "sum", "all")));
            view! {
                <p class="totals">
                    <span><strong>{words}</strong></span>
                    <a class="link" href=href>"Count and add them up"</a>
                </p>
            }
            .into_any()
        }
    }
}

#[component]
fn Nothing() -> impl IntoView {
    let query = use_list();
    let (title, text) = query.with_untracked(|query: &ListQuery| match query.filter("status") {
        "pending" if query.search.is_empty() => ("Nothing waits for your review", "New rewards show up here as customers buy."),
        "hold" if query.search.is_empty() => ("Nothing is on hold", "Rewards that you put on hold wait here until you release them."),
        _ if !query.filter("partner").is_empty() || !query.filter("customer").is_empty() => {
            ("No reward matches", "Name the partner or the customer so that only one fits, take a filter away, or look at every month.")
        }
        _ => ("No reward matches", "Take a filter away, or look at every month."),
    });
    view! {
        <div class="card">
            <EmptyState icon="receipt" title=title text=text>
                <a class="btn" href="?">"Show all open rewards"</a>
            </EmptyState>
        </div>
    }
}

#[component]
fn Rows(list: ReviewList) -> impl IntoView {
    let several = list.currencies.len() > 1;
    let words = list.count.of("reward", "rewards");
    let may = list.may_review;
    let all = list.selection.is_some();
    let pages = list.page.previous.is_some() || list.page.next.is_some();
    let everything = (may && pages && !all).then(|| view! { <SelectEverything count=list.count/> });
    let rows = list.page.rows.iter().cloned().map(|line| view! { <Row line=line code=several selects=may all=all/> }).collect_view();
    // The rows are put into the page after this has run.
    Effect::new(|_| {
        request_animation_frame(|| {
            restore_ticks();
            restore_cursor();
        });
    });
    let table = view! {
            <TableFrame label="Rewards">
                <thead>
                    <tr>
                        {may.then(|| view! { <SelectAllTh/> })}
                        <Th label="Partner"/>
                        <Th label="Customer"/>
                        <Th label="For"/>
                        <SortTh column="recorded" label="Recorded" descending_first=true default="descending"/>
                        <Th label="Status"/>
                        <SortTh column="amount" label="Amount" numeric=true/>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
    }
    .into_any();
    let table = match may {
        true => view! { <BulkForm in_review=list.in_review selection=list.selection>{table}</BulkForm> }.into_any(),
        false => table,
    };
    view! {
        {everything}
        {table}
        <Pager page=list.page words=words/>
        <KeyHints review=may/>
    }
}

#[component]
fn Row(line: RewardLine, code: bool, selects: bool, all: bool) -> impl IntoView {
    let path = reward_path(&line.key);
    let here = use_here();
    let open = {
        let path = path.clone();
        move || here.with(|here| *here == path)
    };
    let customer = line.customer.map(|customer| customer.label);
    let elsewhere = !same_month(&line.created, &line.month);
    let why = if line.reason.is_empty() { line.description } else { format!("{} · {}", line.description, line.reason) };
    let of_nobody = if customer.is_none() { "c-clip c-hide" } else { "c-clip" };
    let title = [&*line.partner_name, customer.as_deref().unwrap_or_default(), &why].join("\n");
    view! {
        <tr class:open=open>
            {selects.then(|| view! { <RowBox key=line.key state=line.state amount=line.amount partner=line.partner_name.clone() all=all/> })}
            <th class="c-main c-clip" scope="row">
                <RowLink href=path drawer=true title=title>{breakable(&line.partner_name)}</RowLink>
            </th>
            <td data-label="Customer" class=of_nobody>
                <span>{breakable(customer.as_deref().unwrap_or("—"))}</span>
            </td>
            <td data-label="For" class="c-clip">
                <span>{line.source.label()}</span>
                <small>{why}</small>
            </td>
            <td class="c-date" data-label="Recorded">
                <span>{line.created}</span>
                {elsewhere.then(|| view! { <small>{format!("for {}", line.month)}</small> })}
            </td>
            <td class="c-status">
                <StatusBadge of=line.status/>
            </td>
            <td class="c-amount">
                <Amount of=line.amount code=code/>
            </td>
        </tr>
    }
}

/// Whether "4 Nov 2026" lies in "November 2026".
fn same_month(day: &str, month: &str) -> bool {
    let (Some((_, day)), Some((name, year))) = (day.split_once(' '), month.split_once(' ')) else { return false };
    day.split_once(' ').is_some_and(|(short, of)| name.starts_with(short) && of == year)
}

#[cfg(test)]
mod tests {
    use super::same_month;

    #[test]
    fn a_month_is_only_named_where_it_differs() {
        assert!(same_month("4 Nov 2026", "November 2026"));
        assert!(!same_month("31 Oct 2026", "November 2026"));
        assert!(!same_month("4 Nov 2025", "November 2026"));
    }
}
