//! Who may do what: the one table of roles and actions. The server checks it, the screens read it.

use serde::{Deserialize, Serialize};

use crate::states::{CompanyRole, PartnerRole};

/// What a person can want to do at a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See the programme: partners, customers, rewards, invoices, offers.
    ViewProgramme,
    /// Change partners, their groups and managers.
    ManagePartners,
    /// Add customers, record sales and refunds, change attribution.
    ManageCustomers,
    /// Approve, decline, hold, release and adjust rewards.
    ReviewRewards,
    /// Give manual rewards, put rewards onto an invoice and take them off.
    ManageInvoices,
    /// Pause, charge and confirm payments.
    MoveMoney,
    ManageOffers,
    /// Company profile, roles.
    ManageSettings,
    Import,
    ViewAudit,
    /// Move a sandbox's clock and steer its simulated provider.
    MoveClock,
}

impl Action {
    pub const ALL: &'static [Action] = &[
        Action::ViewProgramme,
        Action::ManagePartners,
        Action::ManageCustomers,
        Action::ReviewRewards,
        Action::ManageInvoices,
        Action::MoveMoney,
        Action::ManageOffers,
        Action::ManageSettings,
        Action::Import,
        Action::ViewAudit,
        Action::MoveClock,
    ];

    /// What a person reads when they may not.
    pub const fn words(self) -> &'static str {
        match self {
            Action::ViewProgramme => "see this programme",
            Action::ManagePartners => "change partners",
            Action::ManageCustomers => "change customers and their sales",
            Action::ReviewRewards => "review rewards",
            Action::ManageInvoices => "change rewards and invoices",
            Action::MoveMoney => "pause or pay invoices",
            Action::ManageOffers => "change offers",
            Action::ManageSettings => "change the settings",
            Action::Import => "import files",
            Action::ViewAudit => "read the audit log",
            Action::MoveClock => "move the clock",
        }
    }
}

/// Whether this role at a company may do this.
pub const fn allows(role: CompanyRole, action: Action) -> bool {
    match role {
        CompanyRole::Owner | CompanyRole::Admin => true,
        CompanyRole::Teammate => !matches!(action, Action::ManageSettings | Action::MoveClock),
        CompanyRole::ProgramManager => {
            matches!(action, Action::ViewProgramme | Action::ManagePartners | Action::ManageCustomers | Action::ManageOffers)
        }
        CompanyRole::ReadOnly => matches!(action, Action::ViewProgramme),
    }
}

/// What a person can want to do at a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerAction {
    /// See rewards, customers and what they are worth.
    ViewCommissions,
    /// See payouts and where they go.
    ViewPayouts,
}

impl PartnerAction {
    pub const ALL: &'static [PartnerAction] = &[PartnerAction::ViewCommissions, PartnerAction::ViewPayouts];

    pub const fn words(self) -> &'static str {
        match self {
            PartnerAction::ViewCommissions => "see commissions",
            PartnerAction::ViewPayouts => "see payouts",
        }
    }
}

/// Whether this role at a partner may do this.
pub const fn partner_allows(role: PartnerRole, action: PartnerAction) -> bool {
    match role {
        PartnerRole::Owner | PartnerRole::Admin | PartnerRole::Finance => true,
        PartnerRole::Member => matches!(action, PartnerAction::ViewCommissions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_its_place() {
        let count = |role| Action::ALL.iter().filter(|action| allows(role, **action)).count();
        assert_eq!(count(CompanyRole::Owner), Action::ALL.len());
        assert_eq!(count(CompanyRole::Teammate), Action::ALL.len() - 2);
        assert_eq!(count(CompanyRole::ProgramManager), 4);
        assert_eq!(count(CompanyRole::ReadOnly), 1);
        assert!(!allows(CompanyRole::ProgramManager, Action::ReviewRewards));
        assert!(!partner_allows(PartnerRole::Member, PartnerAction::ViewPayouts));
    }
}
