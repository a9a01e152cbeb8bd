//! Whom a customer is attributed to, since when and on whose word.

use leptos::prelude::*;
use views::customers::AttributionLine;

use crate::components::{Badge, EmptyState, TableFrame, TableHead, breakable};
use crate::list::encode;
use crate::place::at;
use crate::server_fns::customers::customer_page;
use crate::server_fns::partners::partner_path;

#[component]
pub fn History(lines: Vec<AttributionLine>, customer: String, undo: bool) -> impl IntoView {
    if lines.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon="link" title="This customer is unattributed" text="Attribute them to a partner, and that partner's offers pay for sales from then on.">
                    <a class="btn" href=at(customer_page(&customer, "attribution"))>"Change attribution"</a>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let path = customer_page(&customer, "attribution");
    // A change writes several lines; it is undone at the first of them.
    let mut offered = String::new();
    let rows = lines
        .into_iter()
        .map(|mut line| {
            if line.undo == offered {
                line.undo.clear();
            } else {
                offered.clone_from(&line.undo);
            }
            view! { <Line line=line path=path.clone() undo=undo/> }
        })
        .collect_view();
    view! {
        <TableFrame label="Attribution history">
            <TableHead labels=if undo { "Partner|From|Until|Source|~Undo" } else { "Partner|From|Until|Source" }/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn Line(line: AttributionLine, path: String, undo: bool) -> impl IntoView {
    let who = match line.partner {
        Some(partner) => {
            view! { <a class="link" href=at(partner_path(&partner.value)) title=partner.label.clone()>{breakable(&partner.label)}</a> }
                .into_any()
        }
        None => view! { <span>"unattributed"</span> }.into_any(),
    };
    let replaced = line.superseded.then(|| view! { <Badge status="archived" icon="undo" word="Replaced"/> });
    let reason = if line.reason.is_empty() {
        format!("{} · {}", line.author, line.recorded)
    } else {
        format!("{} · {} · {}", line.reason, line.author, line.recorded)
    };
    let until = match (line.superseded, line.to.is_empty()) {
        (false, true) => "ongoing".to_owned(),
        (_, _) => line.to,
    };
    let link = (!line.undo.is_empty()).then(|| view! { <a class="link" href=at(format!("{path}?undo={}", encode(&line.undo)))>"Undo"</a> });
    view! {
        <tr>
            <th class="c-main c-clip" scope="row">{who}{replaced}<small class="whole">{breakable(&reason)}</small></th>
            <td class="c-date" data-label="From">{line.from}</td>
            <td class="c-date" data-label="Until">{until}</td>
            <td data-label="Source">{line.source}</td>
            {undo.then(|| view! { <td class="c-act">{link}</td> })}
        </tr>
    }
}
