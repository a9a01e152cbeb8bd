//! Partner Management: all partners, and one partner's details.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::path;

use crate::components::ListRoute;
use crate::params::use_key;
use crate::place::use_here;
use crate::routing::{nothing, page};
use crate::server_fns::partners::{partner_page, partner_path};

mod activity;
mod details;
mod edit;
mod list;
mod manual;
mod overview;
mod rewards;
mod transactions;

#[component(transparent)]
pub fn PartnersRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/partners") view=page!(behind)>
            <Route path=path!("") view=page!(nothing)/>
            <Route path=path!("new") view=page!(edit::NewPartner)/>
        </ParentRoute>
        <ParentRoute path=path!("/partners/:key") view=page!(PartnerRoute)>
            <Route path=path!("") view=page!(nothing)/>
            <Route path=path!("overview") view=page!(nothing)/>
            <Route path=path!("rewards") view=page!(nothing)/>
            <Route path=path!("customers") view=page!(nothing)/>
            <Route path=path!("transactions") view=page!(nothing)/>
            <Route path=path!("activity") view=page!(nothing)/>
            <Route path=path!("manual-reward") view=page!(manual::ManualRewards)/>
            <Route path=path!("edit") view=page!(edit::EditPartner)/>
        </ParentRoute>
    }
    .into_any_nested_route()
}

/// The list that lies behind its drawers.
fn behind() -> impl IntoView {
    view! { <ListRoute base="/partners".to_owned() list=list::AllPartners/> }
}

/// Whose details these are, and the tab that lies beneath a drawer.
#[derive(Clone, Copy)]
struct ThisPartner {
    key: Memo<String>,
    tab: Memo<PartnerTab>,
}

impl ThisPartner {
    fn get() -> ThisPartner {
        expect_context::<ThisPartner>()
    }

    /// The address of the open tab, for closing what lies over it.
    fn tab_path(&self) -> String {
        self.tab.get_untracked().path(&self.key.get_untracked())
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum PartnerTab {
    #[default]
    Overview,
    Rewards,
    Customers,
    Transactions,
    Activity,
}

impl PartnerTab {
    const ALL: [PartnerTab; 5] =
        [PartnerTab::Overview, PartnerTab::Rewards, PartnerTab::Customers, PartnerTab::Transactions, PartnerTab::Activity];

    const fn word(self) -> &'static str {
        match self {
            PartnerTab::Overview => "",
            PartnerTab::Rewards => "rewards",
            PartnerTab::Customers => "customers",
            PartnerTab::Transactions => "transactions",
            PartnerTab::Activity => "activity",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            PartnerTab::Overview => "Overview",
            PartnerTab::Rewards => "Rewards",
            PartnerTab::Customers => "Customers",
            PartnerTab::Transactions => "Transactions",
            PartnerTab::Activity => "Activity",
        }
    }

    fn path(self, key: &str) -> String {
        match self {
            PartnerTab::Overview => partner_path(key),
            other => partner_page(key, other.word()),
        }
    }

    /// The tab at an address; `None` where a drawer is.
    fn at(path: &str) -> Option<PartnerTab> {
        // "/partners/KEY/WORD"
        let word = path.trim_end_matches('/').splitn(4, '/').nth(3).unwrap_or_default();
        PartnerTab::ALL.into_iter().find(|tab| tab.word() == word).or((word == "overview").then_some(PartnerTab::Overview))
    }
}

/// Partner Details, and the drawers over it.
#[component]
fn PartnerRoute() -> impl IntoView {
    let here = use_here();
    let key = use_key("key");
    let tab = Memo::new(move |before: Option<&PartnerTab>| PartnerTab::at(&here.get()).or(before.copied()).unwrap_or_default());
    provide_context(ThisPartner { key, tab });
    // Every tab counts as the list beneath; only an address of a drawer's own does not.
    let base = Signal::derive(move || match PartnerTab::at(&here.get()) {
        Some(_) => here.get(),
        None => partner_path(&key.get()),
    });
    view! { <ListRoute base=base list=details::PartnerDetails/> }
}

#[cfg(test)]
mod tests {
    use super::PartnerTab;

    #[test]
    fn addresses_name_tabs_and_drawers() {
        assert_eq!(PartnerTab::at("/partners/ada"), Some(PartnerTab::Overview));
        assert_eq!(PartnerTab::at("/partners/ada/rewards"), Some(PartnerTab::Rewards));
        assert_eq!(PartnerTab::at("/partners/new/overview"), Some(PartnerTab::Overview));
        assert_eq!(PartnerTab::at("/partners/ada/manual-reward"), None);
        assert_eq!(PartnerTab::Activity.path("a b"), "/partners/a%20b/activity");
    }
}
