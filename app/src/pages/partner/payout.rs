//! One payout and what it contains.

use leptos::prelude::*;
use views::portal::PayoutDetail;

use super::commissions::CommissionTable;
use crate::components::{Loaded, Notice, PageHeader, Pager, StatusBadge};
use crate::list::use_list;
use crate::params::use_key;
use crate::server_fns::portal::GetPayout;
use crate::ui::load;

#[component]
pub fn Payout() -> impl IntoView {
    let key = use_key("key");
    let query = use_list();
    let detail = load(move |place| GetPayout { place, key: key.get(), query: query.get() });
    view! {
        <Loaded of=detail let:detail>
            <PayoutView of=detail/>
        </Loaded>
    }
}

#[component]
fn PayoutView(of: PayoutDetail) -> impl IntoView {
    let line = of.line;
    let crumbs = vec![("Payouts".to_owned(), "/payouts".to_owned())];
    let carried = (of.carried_in.minor != 0).then(|| {
        view! {
            <div>
                <dt>"Owed from earlier months"</dt>
                <dd>{of.carried_in.display()}</dd>
            </div>
        }
    });
    let trouble = (!line.trouble.is_empty()).then(|| {
        view! { <Notice tone="bad" icon="alert" title=format!("{} is owed to you", line.amount.display()) text=line.trouble.clone()/> }
    });
    let history = (!of.history.is_empty()).then(|| {
        let steps =
            of.history.iter().map(|step| view! { <div><dt>{step.date.clone()}</dt><dd>{step.what.clone()}</dd></div> }).collect_view();
        view! {
            <section class="card measure section">
                <div class="card-head">
                    <h2>"What happened"</h2>
                </div>
                <div class="card-body">
                    <dl class="facts">{steps}</dl>
                </div>
            </section>
        }
    });
    view! {
        <PageHeader title=format!("{} payout", line.month) context=format!("{} · {} · {}", line.company, line.invoice_number, line.date)
            crumbs=crumbs badge=view! { <StatusBadge of=line.state/> }.into_any()/>
        {trouble}
        <section class="card measure">
            <div class="card-body">
                <dl class="facts money">
                    <div>
                        <dt>"Commissions"</dt>
                        <dd>{of.total.display()}</dd>
                    </div>
                    {carried}
                    <div class="total">
                        <dt>"Payout"</dt>
                        <dd>{line.amount.display()}</dd>
                    </div>
                </dl>
            </div>
        </section>
        {history}
        <section class="section">
            <div class="section-head">
                <h2>"What it contains"</h2>
            </div>
            <CommissionTable rows=of.page.rows.clone() drawer=false/>
            <Pager page=of.page words=""/>
        </section>
    }
    .into_any()
}
