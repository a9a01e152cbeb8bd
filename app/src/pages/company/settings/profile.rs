//! The company's profile: what dates, amounts and payments go by.

use domain::Currency;
use domain::states::CustomerVisibility;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::Choice;
use views::settings::CompanyProfile;

use super::SettingsTabs;
use crate::components::{Field, Form, FormEnd, Hidden, Loaded, Notice, PageHeader, SelectField, SubmitButton, TextArea, TooLate};
use crate::server_fns::settings::{GetProfile, SaveProfile};
use crate::ui::load;

#[component]
pub fn ProfilePage() -> impl IntoView {
    TooLate::provide();
    let profile = load(|place| GetProfile { place });
    view! {
        <PageHeader title="Company profile" context="How dates, amounts and payments work" tabs=view! { <SettingsTabs/> }.into_any()/>
        <Loaded of=profile let:profile>
            <ProfileForm profile=profile/>
        </Loaded>
    }
}

#[component]
fn ProfileForm(profile: CompanyProfile) -> impl IntoView {
    let zones: Vec<Choice> = profile.zones.iter().map(|zone| Choice::new(zone, zone.replace('_', " "))).collect();
    let currencies: Vec<Choice> = Currency::all().map(|code| Choice::new(code, code)).collect();
    let providers = profile.providers.clone();
    let visibility: Vec<Choice> = CustomerVisibility::ALL.iter().map(|seen| Choice::new(seen.word(), seen.label())).collect();
    let may_change = profile.may_change;
    view! {
        <div class="measure stack loose">
            {(!may_change).then(|| view! {
                <Notice tone="plain" icon="lock" title="You can look, not change" text="An owner or administrator of the company can change its profile."/>
            })}
            {profile.simulated.then(|| view! {
                <Notice tone="bad" icon="alert" title="Charges and payouts wait"
                    text="This company's money is simulated, which is for sandboxes only. Save the profile with how invoices are charged and partners are paid, and what is due goes on."/>
            })}
            <Form action=SaveProfile::PATH>
                <Hidden name="seen" value=profile.seen/>
                <fieldset class="plain" disabled=!may_change>
                    <div class="form">
                        <div class="fields">
                            <Field name="name" label="Name" value=profile.name autocomplete="organization"/>
                            <Field name="key" label="Company key" value=profile.key readonly=true
                                hint="Used in invoice numbers and files; it never changes."/>
                        </div>
                        <TextArea name="address" label="Address" value=profile.address optional=true hint="Printed on invoices."/>
                        <div class="fields">
                            <SelectField name="timezone" label="Time zone" choices=zones value=profile.timezone
                                hint="Months end, and reviews and charges fall due, at midnight in this zone."/>
                            <SelectField name="currency" label="Currency" choices=currencies value=profile.currency
                                hint="For overall figures. Sales and rewards keep their own."/>
                        </div>
                        <div class="fields">
                            <SelectField name="charge_provider" label="How invoices are charged" choices=providers.clone() value=profile.charge_provider/>
                            <SelectField name="payout_provider" label="How partners are paid" choices=providers value=profile.payout_provider/>
                        </div>
                        <div class="fields">
                            <Field name="fee_percent" label="Fee (%)" value=profile.fee_percent inputmode="decimal" optional=true
                                hint="Added to each invoice on top of the payouts."/>
                            <SelectField name="customer_visibility" label="What partners see of a customer" choices=visibility value=profile.customer_visibility/>
                        </div>
                        <fieldset class="plain">
                            <legend>"Account that partners are paid from"</legend>
                            <div class="form">
                                <Field name="account_name" label="Account holder" value=profile.account_name optional=true autocomplete="off"
                                    hint="If it isn't the company named above."/>
                                <div class="fields">
                                    <Field name="iban" label="IBAN" value=profile.iban optional=true autocomplete="off"
                                        hint="Needed for payment files for your bank."/>
                                    <Field name="bic" label="BIC" value=profile.bic optional=true autocomplete="off"
                                        hint="Your bank's code, if your bank asks for it."/>
                                </div>
                            </div>
                        </fieldset>
                        {may_change.then(|| view! {
                            <FormEnd>
                                <SubmitButton>"Save profile"</SubmitButton>
                            </FormEnd>
                        })}
                    </div>
                </fieldset>
            </Form>
        </div>
    }
}
