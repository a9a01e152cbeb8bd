//! The pages and files, who may see each, and what is posted without a server function.

use domain::access::{Action, PartnerAction};

use super::For::{self, Company, Everybody, Partner, People};
use PartnerAction::{ViewCommissions, ViewPayouts};

/// Pages by their pattern, and an address of each. `true`: the address names something of this company. Some pages of
/// forms are shown to everybody who may look; those who may not send it read there why it is not for them.
pub const PAGES: &[(&str, For, &str, bool)] = &[
    ("/c/{company}", Company(Action::ViewProgramme), "/c/northwind", false),
    ("/c/{company}/customers", Company(Action::ViewProgramme), "/c/northwind/customers", false),
    ("/c/{company}/customers/new", Company(Action::ViewProgramme), "/c/northwind/customers/new", false),
    ("/c/{company}/customers/{key}", Company(Action::ViewProgramme), "/c/northwind/customers/c-1", true),
    ("/c/{company}/customers/{key}/attribution", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/attribution", true),
    ("/c/{company}/customers/{key}/edit", Company(Action::ViewProgramme), "/c/northwind/customers/c-1/edit", true),
    ("/c/{company}/customers/{key}/overview", Company(Action::ViewProgramme), "/c/northwind/customers/c-1/overview", true),
    ("/c/{company}/customers/{key}/refund", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/refund", true),
    ("/c/{company}/customers/{key}/sale", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/sale", true),
    ("/c/{company}/customers/{key}/void", Company(Action::ManageCustomers), "/c/northwind/customers/c-1/void", true),
    ("/c/{company}/invoices", Company(Action::ViewProgramme), "/c/northwind/invoices", false),
    ("/c/{company}/invoices/{number}", Company(Action::ViewProgramme), "/c/northwind/invoices/{invoice}", true),
    ("/c/{company}/invoices/{number}/print", Company(Action::ViewProgramme), "/c/northwind/invoices/{invoice}/print", true),
    ("/c/{company}/offers", Company(Action::ViewProgramme), "/c/northwind/offers", false),
    ("/c/{company}/offers/new", Company(Action::ManageOffers), "/c/northwind/offers/new", false),
    // Both companies call an offer so.
    ("/c/{company}/offers/{key}", Company(Action::ViewProgramme), "/c/northwind/offers/affiliates-2026", false),
    ("/c/{company}/offers/{key}/overview", Company(Action::ViewProgramme), "/c/northwind/offers/affiliates-2026/overview", false),
    ("/c/{company}/offers/{key}/version", Company(Action::ViewProgramme), "/c/northwind/offers/affiliates-2026/version", false),
    ("/p/{partner}", Partner(ViewCommissions), "/p/{acme}", false),
    ("/p/{partner}/commissions", Partner(ViewCommissions), "/p/{acme}/commissions", false),
    ("/p/{partner}/commissions/{key}", Partner(ViewCommissions), "/p/{acme}/commissions/{reward}", true),
    ("/p/{partner}/customers", Partner(ViewCommissions), "/p/{acme}/customers", false),
    ("/p/{partner}/more", Partner(ViewCommissions), "/p/{acme}/more", false),
    ("/p/{partner}/payouts", Partner(ViewPayouts), "/p/{acme}/payouts", false),
    ("/p/{partner}/payouts/{key}", Partner(ViewPayouts), "/p/{acme}/payouts/{payout}", true),
    ("/c/{company}/partners", Company(Action::ViewProgramme), "/c/northwind/partners", false),
    ("/c/{company}/partners/new", Company(Action::ManagePartners), "/c/northwind/partners/new", false),
    ("/c/{company}/partners/{key}", Company(Action::ViewProgramme), "/c/northwind/partners/acme", true),
    ("/c/{company}/partners/{key}/activity", Company(Action::ViewProgramme), "/c/northwind/partners/acme/activity", true),
    ("/c/{company}/partners/{key}/customers", Company(Action::ViewProgramme), "/c/northwind/partners/acme/customers", true),
    ("/c/{company}/partners/{key}/edit", Company(Action::ManagePartners), "/c/northwind/partners/acme/edit", true),
    ("/c/{company}/partners/{key}/manual-reward", Company(Action::ManageInvoices), "/c/northwind/partners/acme/manual-reward", true),
    ("/c/{company}/partners/{key}/overview", Company(Action::ViewProgramme), "/c/northwind/partners/acme/overview", true),
    ("/c/{company}/partners/{key}/rewards", Company(Action::ViewProgramme), "/c/northwind/partners/acme/rewards", true),
    ("/c/{company}/partners/{key}/transactions", Company(Action::ViewProgramme), "/c/northwind/partners/acme/transactions", true),
    ("/c/{company}/rewards", Company(Action::ViewProgramme), "/c/northwind/rewards", false),
    ("/c/{company}/rewards/{key}", Company(Action::ViewProgramme), "/c/northwind/rewards/{reward}", true),
    ("/c/{company}/search", Company(Action::ViewProgramme), "/c/northwind/search?q=Quokka", false),
    ("/c/{company}/settings", Company(Action::ViewProgramme), "/c/northwind/settings", false),
    ("/c/{company}/settings/audit", Company(Action::ViewAudit), "/c/northwind/settings/audit", false),
    ("/c/{company}/settings/import", Company(Action::Import), "/c/northwind/settings/import", false),
    ("/c/{company}/settings/import/void", Company(Action::Import), "/c/northwind/settings/import/void", false),
    ("/places", People, "/places", false),
    ("/sign-in", Everybody, "/sign-in", false),
    ("/sign-in/link/{token}", Everybody, "/sign-in/link/none", false),
];

/// What is posted without a server function.
pub const POSTS: &[(&str, For)] = &[("/c/northwind/upload/import", Company(Action::Import)), ("/sign-out", Everybody)];

/// Plain routes: files.
pub const FILES: &[(&str, For)] = &[
    ("/c/northwind/export/partners.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/customers.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/transactions.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/rewards.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/invoices.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/payouts.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/receipts.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/ledger.csv", Company(Action::ViewProgramme)),
    ("/c/northwind/export/audit.csv", Company(Action::ViewAudit)),
    ("/c/northwind/payouts/{invoice}.csv", Company(Action::MoveMoney)),
    ("/c/northwind/payment-files/{file}.xml", Company(Action::MoveMoney)),
    ("/c/northwind/upload/import/rest.csv", Company(Action::Import)),
    ("/c/northwind/upload/import/template?kind=partners", Company(Action::Import)),
    ("/health", Everybody),
];
