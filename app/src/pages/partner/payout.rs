//! One payout and what it contains.

use domain::views::portal::PayoutDetail;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::commissions::CommissionTable;
use crate::components::{Loaded, PageHeader, Pager, StatusBadge};
use crate::list::use_list;
use crate::server_fns::portal::GetPayout;
use crate::ui::load;

#[component]
pub fn Payout() -> impl IntoView {
    let params = use_params_map();
    let query = use_list();
    let detail =
        load(move |place| GetPayout { place, key: params.with(|params| params.get("key").unwrap_or_default()), query: query.get() });
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
    view! {
        <PageHeader title=format!("{} payout", line.month) context=format!("{} · {} · {}", line.company, line.invoice_number, line.date)
            crumbs=crumbs badge=view! { <StatusBadge of=line.state/> }.into_any()/>
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
