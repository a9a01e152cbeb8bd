#![allow(clippy::unwrap_used)]

use domain::Instant;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> i64 {
    Instant::parse(text).unwrap().0
}

fn company() -> companies::Model {
    companies::Model {
        id: Uuid::from_u128(1),
        key: "northwind".to_owned(),
        name: "Northwind".to_owned(),
        timezone: "America/New_York".to_owned(),
        currency: "USD".to_owned(),
        open_month: 202_604,
        open_month_ends_at: at("2026-05-01T04:00:00Z"),
        invoice_count: 2,
        charge_provider: "manual".to_owned(),
        payout_provider: "manual".to_owned(),
        fee_ppm: 0,
        customer_visibility: "name".to_owned(),
        address: None,
        created_at: 0,
        account_name: None,
        iban: None,
        bic: None,
    }
}

fn invoice(number: &str, currency: &str) -> invoices::Model {
    invoices::Model {
        id: Uuid::from_u128(2),
        company_id: Uuid::from_u128(1),
        seq: 1,
        number: number.to_owned(),
        month: 202_603,
        currency: currency.to_owned(),
        state: "in_review".to_owned(),
        issued_at: at("2026-04-01T04:00:00Z"),
        review_ends_at: at("2026-04-08T04:00:00Z"),
        charge_due_at: at("2026-04-08T04:00:00Z"),
        paused_at: None,
        paused_by: None,
        pause_reason: None,
        frozen_at: None,
        total: None,
        lines: None,
        charge_amount: None,
        fee: None,
        digest: None,
        attempts: 0,
        retry_at: None,
        charged_at: None,
        paid_at: None,
    }
}

fn payout() -> payouts::Model {
    payouts::Model {
        id: Uuid::from_u128(3),
        company_id: Uuid::from_u128(1),
        partnership_id: Uuid::from_u128(4),
        invoice_id: Uuid::from_u128(2),
        amount: 6_000,
        currency: "USD".to_owned(),
        state: "failed".to_owned(),
        provider: "manual".to_owned(),
        idempotency_key: "payout-1".to_owned(),
        attempts: 1,
        created_at: 0,
        due_at: 0,
        sent_at: None,
        paid_at: None,
        provider_reference: None,
        error: None,
        leased_by: None,
        leased_until: 0,
    }
}

fn partner(account: Option<&str>) -> partnerships::Model {
    partnerships::Model {
        id: Uuid::from_u128(4),
        company_id: Uuid::from_u128(1),
        partner_id: Uuid::from_u128(5),
        partner_key: "harbour".to_owned(),
        name: "Harbour Media".to_owned(),
        email: "pay@harbour.example".to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        group_id: Uuid::from_u128(6),
        status: "approved".to_owned(),
        tags: "[]".to_owned(),
        manager: None,
        payout_method: "bank".to_owned(),
        settlement_days: 3,
        payout_account: account.map(str::to_owned),
        signups: 0,
        paid_customers: 0,
        revenue: 0,
        last_active_at: 0,
        joined_at: 0,
        search: String::new(),
        held: 0,
    }
}

/// Every mail that the product sends, in each of its forms.
#[test]
fn mails_read_well() {
    let (company, usd, eur) = (company(), invoice("NORTHWIND-0001", "USD"), invoice("NORTHWIND-0002", "EUR"));
    let zone: Zone = company.timezone.parse().unwrap();
    let (month, forty) = (Month(202_603), Money::new(4_000, Currency::USD));
    let owner = users::Model {
        id: Uuid::from_u128(7),
        email: "olga@northwind.example".to_owned(),
        name: "Olga".to_owned(),
        password_hash: None,
        created_at: 0,
    };
    let issued = |invoice, lines, total| Issued { invoice, lines, total };
    let (one, other) = (issued(&usd, 1, forty), issued(&eur, 2_400, Money::new(123_456, "EUR".parse().unwrap())));
    let failed = |retry| charge_failed(&company, &zone, &usd, 1, forty, "the card has expired", retry, &owner);
    let retried = Retry::At(Instant(at("2026-04-10T04:00:00Z")));
    let share = |carried_in: i64| PartnerShare {
        partnership_id: Uuid::from_u128(4),
        total: 6_000,
        lines: 2,
        fingerprint: 0,
        carried_in,
        payout: 6_000 + carried_in,
        carried_out: 0,
    };
    let coming = |carried_in: i64, expected: &Expected<'_>| {
        payout_coming(&company, &usd, Currency::USD, &share(carried_in), "Harbour Media", "pay@harbour.example", expected)
    };
    let account = partner(Some("DE02120300000000202051"));
    let mails = [
        in_review(&company, &zone, month, std::slice::from_ref(&one), &owner),
        in_review(&company, &zone, month, &[one, other], &owner),
        charge_waits(&company, &usd, 1, forty, &owner),
        failed(retried),
        failed(Retry::Now),
        failed(Retry::ByHand),
        charged(&company, &usd, forty, 1, &owner),
        charged(&company, &usd, forty, 12, &owner),
        coming(0, &Expected::On("11 April 2026")),
        coming(-1_500, &Expected::NoAccount),
        payout_failed(&company, &payout(), PayoutState::Failed, "Harbour Media", "Account closed", &owner).unwrap(),
        payout_failed(&company, &payout(), PayoutState::Returned, "Harbour Media", "Account closed", &owner).unwrap(),
        payout_not_arrived(&company, &payout(), PayoutState::Failed, &account, "Account closed").unwrap(),
        payout_not_arrived(&company, &payout(), PayoutState::Returned, &account, "Account closed").unwrap(),
        payout_not_arrived(&company, &payout(), PayoutState::Failed, &partner(None), "Account closed").unwrap(),
    ];
    let written = mails.map(|mail| format!("{}\nTo: {}\nSubject: {}\n\n{}", mail.kind, mail.recipient, mail.subject, mail.body));
    insta::assert_snapshot!(written.join("\n----\n\n"));
}
