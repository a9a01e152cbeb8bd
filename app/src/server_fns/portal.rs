//! What the partner's screens ask for.

use domain::Place;
use domain::views::ListQuery;
use domain::views::portal::{CommissionDetail, Commissions, PartnerHome, PayoutDetail, Payouts, PortalCustomers};
use leptos::prelude::*;

use crate::error::Result;
use crate::wire::Reading;

#[cfg(feature = "ssr")]
use {crate::ctx, data::queries::portal, domain::access::PartnerAction};

#[server(prefix = "/rpc", endpoint = "portal/home", protocol = Reading)]
pub async fn get_partner_home(#[server(default)] place: Place) -> Result<PartnerHome> {
    let cx = ctx::partner(&place, PartnerAction::ViewCommissions).await?;
    Ok(portal::home(&cx.db, cx.partner_id, cx.now).await?)
}

#[server(prefix = "/rpc", endpoint = "portal/commissions", protocol = Reading)]
pub async fn list_commissions(#[server(default)] place: Place, query: ListQuery) -> Result<Commissions> {
    let cx = ctx::partner(&place, PartnerAction::ViewCommissions).await?;
    Ok(portal::commissions(&cx.db, cx.partner_id, &query).await?)
}

#[server(prefix = "/rpc", endpoint = "portal/commission", protocol = Reading)]
pub async fn get_commission(#[server(default)] place: Place, key: String) -> Result<CommissionDetail> {
    let cx = ctx::partner(&place, PartnerAction::ViewCommissions).await?;
    Ok(portal::commission(&cx.db, cx.partner_id, &key).await?)
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
