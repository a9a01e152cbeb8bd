//! Partner Details: who it is, and the tabs.

use domain::states::PartnershipStatus;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::partners::PartnerHead;

use super::{PartnerTab, ThisPartner};
use super::{activity, overview, rewards, transactions};
use crate::components::{ButtonForm, Icon, Loaded, Menu, MenuLink, PageHeader, Skeleton, StatusBadge, Tab, Tabs, opens};
use crate::pages::company::customers::PartnerCustomers;
use crate::place::at;
use crate::server_fns::partners::{GetPartner, RestorePartner, partner_page};
use crate::ui::load;

#[component]
pub fn PartnerDetails() -> impl IntoView {
    let ThisPartner { key, tab } = ThisPartner::get();
    let head = load(move |place| GetPartner { place, key: key.get() });
    let content = move || match tab.get() {
        PartnerTab::Overview => view! { <overview::Overview head=head/> }.into_any(),
        PartnerTab::Rewards => view! { <rewards::Rewards/> }.into_any(),
        PartnerTab::Customers => view! { <PartnerCustomers key=key/> }.into_any(),
        PartnerTab::Transactions => view! { <transactions::Transactions/> }.into_any(),
        PartnerTab::Activity => view! { <activity::ActivityTab/> }.into_any(),
    };
    view! {
        <Loaded of=head skeleton=Skeleton::Lines let:head>
            <Head head=head/>
        </Loaded>
        {content}
    }
}

#[component]
fn Head(head: PartnerHead) -> impl IntoView {
    let owner = if head.email.is_empty() { String::new() } else { format!("{} · ", head.email) };
    let context = format!("{owner}{} · signed up {}", head.group.label, head.joined);
    let tabs = PartnerTab::ALL.into_iter().map(|tab| Tab::new(tab.label(), tab.path(&head.key))).collect();
    let badge = head.status;
    let name = head.name.clone();
    view! {
        <PageHeader title=name context=context crumbs=vec![("All partners".into(), "/partners".into())]
            badge=view! { <StatusBadge of=badge/> }.into_any()
            tabs=view! { <Tabs label="Partner Details" tabs=tabs/> }.into_any()>
            <Actions head=head/>
        </PageHeader>
    }
}

#[component]
fn Actions(head: PartnerHead) -> impl IntoView {
    let reward = head.may_reward.then(|| {
        view! { <a class="btn primary" href=at(partner_page(&head.key, "manual-reward")) data-noscroll="" on:click=opens><Icon name="plus"/><span>"Manual Rewards"</span></a> }
    });
    let manage = head.may_manage.then(|| {
        let archived = head.status == PartnershipStatus::Archived;
        let restore = archived.then(|| view! {
            <ButtonForm action=RestorePartner::PATH fields=vec![("key", head.key.clone())] class="">
                <Icon name="undo"/>
                <span>"Make active again"</span>
            </ButtonForm>
        });
        view! {
            <Menu id="partner-menu" label="More actions">
                <MenuLink href=partner_page(&head.key, "edit") icon="edit" label="Edit the partner"/>
                <MenuLink href=format!("/export/rewards.csv?earner={}", crate::list::encode(&head.key)) icon="download" external=true label="Rewards as CSV"/>
                {restore}
            </Menu>
        }
    });
    view! {
        {reward}
        {manage}
    }
}
