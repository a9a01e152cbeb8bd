//! One commission: why this amount, and what happens next.

use leptos::prelude::*;
use views::portal::CommissionDetail;

use crate::components::{Drawer, Loaded, Receipt, StatusBadge, Timeline};
use crate::params::use_key;
use crate::place::at;
use crate::server_fns::portal::GetCommission;
use crate::ui::load;

#[component]
pub fn Commission() -> impl IntoView {
    let key = use_key("key");
    let detail = load(move |place| GetCommission { place, key: key.get() });
    view! {
        <Loaded of=detail let:detail>
            <CommissionView of=detail/>
        </Loaded>
    }
}

#[component]
fn CommissionView(of: CommissionDetail) -> impl IntoView {
    let line = of.line;
    let context = if line.customer.is_empty() { line.company.clone() } else { format!("{} · {}", line.company, line.customer) };
    let payout = (!of.payout.is_empty()).then(|| {
        let href = format!("/payouts/{}", of.payout);
        view! { <p><a class="link" href=at(href)>"See the payout it was part of"</a></p> }
    });
    view! {
        <Drawer title=line.description context=context close="/commissions">
            <div class="lead-figure">
                <p class="figure">{line.amount.display()}</p>
                <StatusBadge of=line.status/>
                <p>{of.lead}</p>
            </div>
            <Receipt of=of.receipt/>
            <section>
                <h3>"What happens next"</h3>
                <Timeline steps=of.path/>
                {payout}
            </section>
        </Drawer>
    }
    .into_any()
}
