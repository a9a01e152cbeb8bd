//! Coming in: by password, by a demo sign-in, by a one-time link.

use crate::components::Title;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::receipt::{ReceiptFact, ReceiptLine, ReceiptTrigger, ReceiptView};
use views::session::DemoUser;

use crate::components::{Brand, Field, Form, Hidden, Icon, Loaded, Notice, Receipt, Skeleton, SubmitButton, Tile};
use crate::params::{use_key, use_query};
use crate::server_fns::session::{CheckLink, DemoSignIn, ListDemoUsers, SetPassword as SetPasswordFn, SignIn as SignInFn};
use crate::ui::{Ui, load};

#[component]
pub fn SignIn() -> impl IntoView {
    let next = use_query().with_untracked(|query| query.get("next"));
    let demo = load(|_| ListDemoUsers {});
    let stranded = Ui::get().stranded;
    let target = next.clone();
    view! {
        <Title text="Sign in"/>
        <Frame title="Sign in" context="See your programme or your commissions.">
            {stranded.then(|| view! {
                <Notice tone="warn" icon="clock" title="You were signed out in the meantime"
                    text="Nothing was changed, and what you typed is kept. Sign in, look at it and send it again."/>
            })}
            <Form action=SignInFn::PATH plain=true>
                <Hidden name="next" value=next/>
                <Field name="email" label="Email" kind="email" autocomplete="username"/>
                <Field name="password" label="Password" kind="password" autocomplete="current-password"/>
                <SubmitButton class="btn primary wide">"Sign in"</SubmitButton>
            </Form>
            <Loaded of=demo skeleton=Skeleton::None let:users>
                <DemoUsers users=users next=target.clone()/>
            </Loaded>
        </Frame>
    }
}

#[component]
fn DemoUsers(users: Vec<DemoUser>, next: String) -> impl IntoView {
    let shown = !users.is_empty();
    let buttons = users
        .into_iter()
        .map(|user| {
            let next = next.clone();
            view! {
                <Form action=DemoSignIn::PATH name=if user.company { "demo-company" } else { "demo-partner" } class="demo-user" plain=true>
                    <Hidden name="email" value=user.email.clone()/>
                    <Hidden name="next" value=next/>
                    <button type="submit">
                        {if user.company {
                            view! { <Tile name=user.place.clone()/> }.into_any()
                        } else {
                            view! { <Tile name=user.place.clone() person=true/> }.into_any()
                        }}
                        <strong>{format!("{}, {}", user.label, user.place)}</strong>
                        <small>{user.email}</small>
                        <Icon name="arrow-right"/>
                    </button>
                </Form>
            }
        })
        .collect_view();
    shown.then(|| {
        view! {
            <section class="sign-in-choices" aria-label="Demo sign-ins">
                <p>"This is a demo. Sign in as"</p>
                {buttons}
            </section>
        }
    })
}

/// Sets the password of somebody who was sent a one-time link.
#[component]
pub fn SetPassword() -> impl IntoView {
    let token = use_key("token").get_untracked();
    let open = {
        let token = token.clone();
        load(move |_| CheckLink { token: token.clone() })
    };
    view! {
        <Title text="Set your password"/>
        <Frame title="Set your password" context="You use it to sign in from now on.">
            <Loaded of=open skeleton=Skeleton::Lines let:open>
                {if open {
                    let token = token.clone();
                    view! {
                        <Form action=SetPasswordFn::PATH plain=true>
                            <Hidden name="token" value=token/>
                            <Field name="password" label="New password" kind="password" autocomplete="new-password"
                                hint="At least 10 characters. Longer is better than more complicated."/>
                            <Field name="password_again" label="Password again" kind="password" autocomplete="new-password"/>
                            <SubmitButton class="btn primary wide">"Set password and sign in"</SubmitButton>
                        </Form>
                    }
                    .into_any()
                } else {
                    view! {
                        <Notice tone="warn" icon="alert" title="This link no longer works"
                            text="It was used before, or it is older than seven days. Ask whoever invited you for a new one.">
                            <a class="btn small" href="/sign-in">"Sign in"</a>
                        </Notice>
                    }
                    .into_any()
                }}
            </Loaded>
        </Frame>
    }
}

/// Around the pages of people who are not at a place yet.
#[component]
pub fn Frame(title: &'static str, #[prop(into)] context: String, children: Children) -> impl IntoView {
    view! {
        <main class="sign-in" id="main">
            <div class="sign-in-form">
                <div>
                    <Brand/>
                    <div>
                        <h1>{title}</h1>
                        <p class="context">{context}</p>
                    </div>
                    {children()}
                </div>
            </div>
            <aside class="sign-in-side" aria-hidden="true">
                <Receipt of=example()/>
            </aside>
        </main>
    }
}

/// What Tributary is about, as a picture: every cent explained.
fn example() -> ReceiptView {
    let fact = |label: &str, value: &str, note: &str| ReceiptFact { label: label.into(), value: value.into(), note: note.into() };
    let trigger = |hit, text: &str, reason: &str| ReceiptTrigger { hit, text: text.into(), reason: reason.into() };
    let line = |label: &str, amount: &str, total| ReceiptLine { label: label.into(), amount: amount.into(), total };
    ReceiptView {
        title: "Why this amount".into(),
        number: "3 Mar 2026, 14:12".into(),
        facts: vec![
            fact("Event", "Sale of $240.00", "order-20391, yearly plan"),
            fact("Customer", "Lumen Bakery", "referred by Bluebird Media"),
            fact("Offer", "Affiliates 2026", "version 3, since 1 Jan 2026"),
        ],
        triggers: vec![
            trigger(true, "20% of every payment", "Month 4 of 12"),
            trigger(false, "$50.00 for the first purchase", "This was the fourth"),
        ],
        lines: vec![line("Sale", "$240.00", false), line("× 20%", "$48.00", false), line("Reward", "$48.00", true)],
    }
}
