//! The partners of an invoice with their totals and payouts; one of them opened to the rewards behind the total.

use domain::page::{Page, number_of};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::invoices::{InvoiceDetail, InvoicePartner, InvoicePayout, OpenedPartner};
use views::partners::RewardLine;

use crate::components::{
    ButtonForm, DialogForm, EmptyState, Field, FilterBar, Hidden, Icon, Menu, MenuLink, Pager, Segment, Segments, StatusBadge, TableFrame,
    TableHead, TextTd, breakable, opens,
};
use crate::list::{address, filtered, use_list};
use crate::place::at;
use crate::server_fns::invoices::{ConfirmPayout, PayoutCameBack, PayoutDidNotWork, RetryPayout};
use crate::server_fns::partners::partner_path;
use crate::server_fns::rewards::{REMOVE, ReviewRewards, reward_path};

#[component]
pub fn Partners(of: InvoiceDetail) -> impl IntoView {
    let query = use_list();
    let charged = !of.payout_states.is_empty();
    let tabs = charged.then(|| {
        let items = of
            .payout_states
            .iter()
            .map(|tab| Segment { value: tab.value.clone(), label: tab.label.clone(), count: Some(domain::page::grouped(tab.count)) })
            .collect();
        view! { <Segments name="payout" label="Payouts" items=items/> }
    });
    let words = of.partner_count.of("partner", "partners");
    let none = of.partners.rows.is_empty().then(|| {
        view! {
            <div class="card">
                <EmptyState icon="partners" title="No partner here" text="No partner matches, or nothing is on this invoice.">
                    <a class="btn" href="?">"Show all partners"</a>
                </EmptyState>
            </div>
        }
    });
    let any = !of.partners.rows.is_empty();
    let carries = of.totals.carried_in.minor != 0 || of.totals.carried_out.minor != 0;
    view! {
        <section class="section" aria-labelledby="partners">
            <div class="section-head">
                <h2 id="partners">{format!("{words}, {}", number_of(of.totals.lines, "reward", "rewards"))}</h2>
            </div>
            {tabs}
            {move || query.with(|query| !query.filter("file").is_empty()).then(|| view! {
                <p class="hint">"Only the payouts in one payment file. "<a class="link" href="?">"Show all partners"</a></p>
            })}
            {match (charged && of.may.move_money, of.number.clone()) {
                (true, number) => view! { <FilterBar placeholder="Find a partner" csv=format!("/payouts/{number}.csv")/> }.into_any(),
                (false, _) => view! { <FilterBar placeholder="Find a partner"/> }.into_any(),
            }}
            {none}
            {any.then(|| view! { <Table of=of carries=carries charged=charged words=words/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Table(of: InvoiceDetail, carries: bool, charged: bool, words: String) -> impl IntoView {
    let opened = of.opened.clone();
    let columns = 5 + usize::from(carries) + usize::from(charged);
    let open_key = opened.as_ref().map(|opened| opened.key.clone());
    let (may_change, next_month, today) = (of.may.change_lines, of.next_month.clone(), of.today.clone());
    let rows = of
        .partners
        .rows
        .iter()
        .cloned()
        .map(|partner| {
            let here = open_key.as_ref() == Some(&partner.key);
            let lines = here.then(|| opened.clone()).flatten().map(|opened| {
                view! { <Lines opened=opened columns=columns may_change=may_change next_month=next_month.clone()/> }
            });
            view! {
                <Row partner=partner carries=carries charged=charged open=here today=today.clone()/>
                {lines}
            }
        })
        .collect_view();
    // Opened from a link while its row is on another page.
    let elsewhere = open_key.filter(|key| !of.partners.rows.iter().any(|partner| partner.key == *key));
    let apart = elsewhere.and(of.opened.clone()).map(|opened| {
        view! {
            <TableFrame label=format!("Rewards of {}", opened.name)>
                <tbody><Lines opened=opened columns=columns may_change=may_change next_month=of.next_month.clone()/></tbody>
            </TableFrame>
        }
    });
    let totals = of.totals;
    let heads = [
        "Partner|Group|#Rewards|Estimated payment date",
        if carries { "|#Carried over" } else { "" },
        if charged { "|Payout" } else { "" },
        "|#Amount",
    ]
    .concat();
    view! {
        {apart}
        <TableFrame label="Partners">
            <TableHead labels=heads/>
            <tbody>{rows}</tbody>
            <tfoot>
                <tr>
                    <th class="c-main" scope="row">"To partners"</th>
                    <td></td>
                    <td class="c-num">{domain::page::grouped(totals.lines)}</td>
                    <td></td>
                    {carries.then(|| view! { <td></td> })}
                    {charged.then(|| view! { <td></td> })}
                    <td class="c-amount">{totals.payouts.display()}</td>
                </tr>
            </tfoot>
        </TableFrame>
        <Pager page=of.partners words=words/>
    }
}

#[component]
fn Row(partner: InvoicePartner, carries: bool, charged: bool, open: bool, today: String) -> impl IntoView {
    let query = use_list();
    let key = partner.key.clone();
    let href = move || {
        query.with(|query| {
            let mut to = filtered(query, "lines", "");
            to.page.clone_from(&query.page);
            if open {
                to.filters.remove("partner")
            } else {
                to.filters.insert("partner".to_owned(), key.clone())
            };
            address(&to)
        })
    };
    let carried = partner.carried_in.minor.saturating_sub(partner.carried_out.minor);
    let estimated = if partner.payout.minor > 0 { partner.estimated_payment } else { "—".to_owned() };
    let payout =
        charged.then(|| view! { <td class="c-status"><Payout of=partner.paid.clone() partner=partner.name.clone() today=today/></td> });
    view! {
        <tr class:open=open>
            <th class="c-main c-clip" scope="row">
                <a class="row-link" href=href title=partner.name.clone() aria-expanded=if open { "true" } else { "false" }>{breakable(&partner.name)}</a>
                <small>{breakable(&partner.key)}</small>
            </th>
            <td class="c-short" data-label="Group" title=partner.group>{partner.group.clone()}</td>
            <td data-label="Rewards" class="c-num">{domain::page::grouped(partner.lines)}</td>
            <td data-label="Estimated payment date" class=if estimated == "—" { "c-date c-hide" } else { "c-date" }>{estimated.clone()}</td>
            {carries.then(|| view! {
                <td data-label="Carried over" class=if carried == 0 { "c-num c-hide" } else { "c-num" }>
                    {if carried == 0 { "—".to_owned() } else { domain::Money::new(carried, partner.total.currency).display() }}
                </td>
            })}
            {payout}
            <td class="c-amount">{partner.payout.display()}</td>
        </tr>
    }
}

/// How far the money is, and what the reader has to do for it.
#[component]
fn Payout(of: Option<InvoicePayout>, partner: String, today: String) -> impl IntoView {
    let Some(of) = of else { return view! { <span class="muted">"nothing to pay"</span> }.into_any() };
    let menu = (of.confirm || of.fail || of.give_back || of.retry).then(|| {
        let (key, attempt) = (of.key.clone(), of.attempt.clone());
        let fields = || vec![("key", attempt.clone())];
        let confirm = of.confirm.then(|| {
            view! {
                <ButtonForm action=ConfirmPayout::PATH name=format!("c-{key}") fields=fields() class="" label=format!("Confirm the payout to {partner}")>
                    <Icon name="check"/>
                    <span>"Confirm as paid"</span>
                </ButtonForm>
            }
        });
        let failed = of.fail.then(|| {
            let shown = attempt.clone();
            view! {
                <DialogForm id=format!("f-{key}") action=PayoutDidNotWork::PATH title=format!("The payout to {partner} did not arrive") open="It did not arrive"
                    open_icon="alert" open_class="danger" confirm="Record that it failed" danger=true text="The money counts as owed again.">
                    <Hidden name="key" value=shown/>
                    <Field name="reason" label="What went wrong" hint="The partner reads it."/>
                </DialogForm>
            }
        });
        let returned = of.give_back.then(|| {
            let shown = attempt.clone();
            view! {
                <DialogForm id=format!("b-{key}") action=PayoutCameBack::PATH title=format!("The bank returned the payout to {partner}") open="The bank returned it"
                    open_icon="undo" open_class="danger" confirm="Record that it came back" danger=true
                    text="The money counts as owed again, and you can pay it again.">
                    <Hidden name="key" value=shown/>
                    <Field name="on" label="When it came back" kind="date" value=today/>
                    <Field name="reason" label="Why" hint="As the bank says. The partner reads it."/>
                </DialogForm>
            }
        });
        let retry = of.retry.then(|| {
            view! {
                <ButtonForm action=RetryPayout::PATH name=format!("r-{key}") fields=fields() class="" label=format!("Pay {partner} again")>
                    <Icon name="undo"/>
                    <span>"Pay again"</span>
                </ButtonForm>
            }
        });
        view! { <Menu id=format!("m-{key}") label=format!("Payout to {partner}") small=true>{confirm}{failed}{returned}{retry}</Menu> }
    });
    view! {
        <div class="payout">
            <StatusBadge of=of.state/>
            {menu}
            {(!of.note.is_empty()).then(|| view! { <small>{of.note}</small> })}
            {(!of.file.is_empty()).then(|| view! { <small>{of.file}</small> })}
        </div>
    }
    .into_any()
}

/// The rewards behind a partner's total.
#[component]
fn Lines(opened: OpenedPartner, columns: usize, may_change: bool, next_month: String) -> impl IntoView {
    let name = opened.name.clone();
    let partner = partner_path(&opened.key);
    let rows = opened
        .rewards
        .rows
        .iter()
        .cloned()
        .map(|line| view! { <Line line=line may_change=may_change next_month=next_month.clone()/> })
        .collect_view();
    view! {
        <tr class="nested">
            <td colspan=columns.to_string()>
                <div class="nested-body">
                    <p class="nested-head">
                        <strong>{format!("Rewards of {name} on this invoice")}</strong>
                        <a class="link" href=at(partner)>"Partner Details"</a>
                    </p>
                    <table class="table compact">
                        <caption class="sr-only">{format!("Rewards of {name}")}</caption>
                        <TableHead labels=if may_change { "For|Customer|Date|Status|#Amount|~Actions" } else { "For|Customer|Date|Status|#Amount" }/>
                        <tbody>{rows}</tbody>
                        <tfoot>
                            <tr>
                                <th class="c-main" scope="row" colspan="4">"Total"</th>
                                <td class="c-amount">{opened.total.display()}</td>
                                {may_change.then(|| view! { <td></td> })}
                            </tr>
                        </tfoot>
                    </table>
                    <LinesPager page=opened.rewards words=domain::page::Count::capped(opened.lines).of("reward", "rewards")/>
                </div>
            </td>
        </tr>
    }
}

#[component]
fn Line(line: RewardLine, may_change: bool, next_month: String) -> impl IntoView {
    let named = format!("{} for {}", line.amount.display(), line.partner_name);
    let actions = may_change.then(|| {
        let fields = vec![("keys[]", line.key.clone()), ("decision", REMOVE.to_owned())];
        let (key, href) = (line.key.clone(), reward_path(&line.key));
        view! {
            <td class="c-act">
                <Menu id=format!("l-{key}") label=format!("Actions for {named}") small=true>
                    <MenuLink href=href icon="receipt" label="Why this amount"/>
                    <ButtonForm action=ReviewRewards::PATH name=format!("x-{key}") fields=fields class="" label=format!("Remove {named} from the invoice")>
                        <Icon name="arrow-right"/>
                        <span>{format!("Remove, into {next_month}")}</span>
                    </ButtonForm>
                </Menu>
            </td>
        }
    });
    view! {
        <tr>
            <th class="c-main c-clip" scope="row">
                <a class="row-link" href=at(reward_path(&line.key)) title=line.description.clone() on:click=opens>{line.description.clone()}</a>
                <small>{line.source.label()}</small>
            </th>
            <TextTd label="Customer" text=line.customer.map_or_else(|| "—".to_owned(), |customer| customer.label)/>
            <td data-label="Date" class="c-date">{line.occurred}</td>
            <td class="c-status"><StatusBadge of=line.status/></td>
            <td class="c-amount">{line.amount.display()}</td>
            {actions}
        </tr>
    }
}

/// Pages of the opened partner's rewards; the partners' own page stays.
#[component]
fn LinesPager(page: Page<RewardLine>, words: String) -> impl IntoView {
    let query = use_list();
    let link = move |cursor: Option<String>, label: &'static str| {
        cursor.map(|cursor| {
            let href = move || {
                query.with(|query| {
                    let mut to = filtered(query, "lines", &cursor);
                    to.page.clone_from(&query.page);
                    address(&to)
                })
            };
            view! { <a class="btn small" href=href>{label}</a> }
        })
    };
    let alone = page.previous.is_none() && page.next.is_none();
    (!alone).then(|| {
        view! {
            <nav class="pager" aria-label="Pages of rewards">
                <span>{words}</span>
                <span class="btn-group">
                    {link(page.previous, "Previous")}
                    {link(page.next, "Next")}
                </span>
            </nav>
        }
    })
}
