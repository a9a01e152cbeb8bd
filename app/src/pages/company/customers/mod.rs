//! Customers: the list, and one customer.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::path;

use crate::components::ListRoute;
use crate::params::use_key;
use crate::place::use_here;
use crate::routing::{nothing, page};
use crate::server_fns::customers::customer_path;

mod attribution;
mod detail;
mod edit;
mod history;
mod list;
mod refund;
mod sale;
mod sales;
mod void;

pub use list::PartnerCustomers;

#[component(transparent)]
pub fn CustomersRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/customers") view=page!(behind)>
            <Route path=path!("") view=page!(nothing)/>
            <Route path=path!("new") view=page!(edit::NewCustomer)/>
        </ParentRoute>
        <Route path=path!("/customers/:key/attribution") view=page!(attribution::ChangeAttribution)/>
        <Route path=path!("/customers/:key/void") view=page!(void::VoidTransaction)/>
        <ParentRoute path=path!("/customers/:key") view=page!(CustomerRoute)>
            <Route path=path!("") view=page!(nothing)/>
            <Route path=path!("overview") view=page!(nothing)/>
            <Route path=path!("edit") view=page!(edit::EditCustomer)/>
            <Route path=path!("sale") view=page!(sale::RecordSale)/>
            <Route path=path!("refund") view=page!(refund::RecordRefund)/>
        </ParentRoute>
    }
    .into_any_nested_route()
}

/// The list that lies behind its drawers.
fn behind() -> impl IntoView {
    view! { <ListRoute base="/customers".to_owned() list=list::Customers/> }
}

/// Whose page this is.
fn this_customer() -> Memo<String> {
    use_key("key")
}

/// A customer's page, and the drawers over it.
#[component]
fn CustomerRoute() -> impl IntoView {
    let key = this_customer();
    let here = use_here();
    // "/customers/KEY" in whatever way the key is written, or ".../overview"; its drawers have one part more.
    let base = Signal::derive(move || {
        let here = here.get();
        let own = here.trim_end_matches('/').split('/').count() == 3 || here.ends_with("/overview");
        if own { here } else { customer_path(&key.get()) }
    });
    view! { <ListRoute base=base list=detail::CustomerPage/> }
}
