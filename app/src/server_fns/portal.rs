//! What the partner's screens ask for.

use domain::Place;
use domain::list_query::ListQuery;
use leptos::prelude::*;
use views::portal::{CommissionDetail, Commissions, PartnerHome, PayoutDetail, Payouts, PortalCustomers};

use crate::error::Result;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use {crate::ctx, domain::access::PartnerAction, screens::portal};

#[server(prefix = "/rpc", endpoint = "portal/home", protocol = Reading)]
pub async fn get_partner_home(#[server(default)] place: Place) -> Result<PartnerHome> {
    let cx = ctx::partner(&place, PartnerAction::ViewCommissions).await?;
    let mut home = portal::home(&cx.db, cx.partner_id, cx.now).await?;
    if !cx.may(PartnerAction::ViewPayouts) {
        home.came_back.iter_mut().for_each(|payout| payout.key.clear());
    }
    Ok(home)
}

#[server(prefix = "/rpc", endpoint = "portal/commissions", protocol = Reading)]
pub async fn list_commissions(#[server(default)] place: Place, query: ListQuery) -> Result<Commissions> {
    let cx = ctx::partner(&place, PartnerAction::ViewCommissions).await?;
    Ok(portal::commissions(&cx.db, cx.partner_id, &query).await?)
}

#[server(prefix = "/rpc", endpoint = "portal/commission", protocol = Reading)]
pub async fn get_commission(#[server(default)] place: Place, key: String) -> Result<CommissionDetail> {
    let cx = ctx::partner(&place, PartnerAction::ViewCommissions).await?;
    let mut commission = portal::commission(&cx.db, cx.partner_id, &key).await?;
    if !cx.may(PartnerAction::ViewPayouts) {
        commission.payout.clear();
    }
    Ok(commission)
}

#[server(prefix = "/rpc", endpoint = "portal/payouts", protocol = Reading)]
pub async fn list_payouts(#[server(default)] place: Place, query: ListQuery) -> Result<Payouts> {
    let cx = ctx::partner(&place, PartnerAction::ViewPayouts).await?;
    Ok(portal::payouts(&cx.db, cx.partner_id, &query).await?)
}

#[server(prefix = "/rpc", endpoint = "portal/payout", protocol = Reading)]
pub async fn get_payout(#[server(default)] place: Place, key: String, query: ListQuery) -> Result<PayoutDetail> {
    let cx = ctx::partner(&place, PartnerAction::ViewPayouts).await?;
    Ok(portal::payout(&cx.db, cx.partner_id, &key, &query).await?)
}

#[server(prefix = "/rpc", endpoint = "portal/customers", protocol = Reading)]
pub async fn list_own_customers(#[server(default)] place: Place, query: ListQuery) -> Result<PortalCustomers> {
    let cx = ctx::partner(&place, PartnerAction::ViewCommissions).await?;
    Ok(portal::customers(&cx.db, cx.partner_id, &query).await?)
}
