//! One reward: why this amount, what happens next, who did what, and what can be done with it.

use domain::Money;
use domain::review::Verb;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::rewards::{HistoryEntry, RelatedReward, RewardDetail};

use crate::components::{
    ButtonForm, DialogForm, Drawer, Field, Form, Hidden, Icon, Loaded, Menu, Notice, Receipt, StatusBadge, SubmitButton, TextArea,
    Timeline, TooLate, breakable, open_next, opens,
};
use crate::list::{encode, keeping_query};
use crate::params::use_key;
use crate::place::at;
use crate::server_fns::partners::partner_path;
use crate::server_fns::rewards::{AdjustReward, GetReward, MOVE, REMOVE, ReviewRewards, UndoReview, reward_path};
use crate::ui::load;

#[component]
pub fn RewardDrawer() -> impl IntoView {
    let key = use_key("key");
    let late = TooLate::provide();
    Effect::new(move |_| {
        key.track();
        late.forget();
    });
    let reward = load(move |place| GetReward { place, key: key.get() });
    view! {
        <Loaded of=reward let:reward>
            <RewardView of=reward late=late.words()/>
        </Loaded>
    }
}

#[component]
fn RewardView(
    of: RewardDetail,
    /// Why the last decision was not taken: this is how the reward stands since.
    late: Option<String>,
) -> impl IntoView {
    let line = of.line.clone();
    let customer = line.customer.as_ref().map(|customer| customer.label.clone());
    let context = match &customer {
        Some(customer) => format!("{customer} · {}", line.occurred),
        None => line.occurred.clone(),
    };
    let foot = view! { <Decisions of=of.clone()/> }.into_any();
    let facts = view! { <Facts of=of.clone()/> };
    let frozen = of.frozen.then(|| {
        view! {
            <Notice icon="lock" title="Frozen with its invoice"
                text="The invoice is charged, or about to be, so this reward cannot change any more. An adjustment adds or deducts the difference."/>
        }
    });
    let follows = (of.follows && !of.frozen).then(|| {
        view! {
            <Notice icon="swap" title="Follows the reward it reverses"
                text="Hold, release or decline that one, under “Linked rewards”, and this one follows."/>
        }
    });
    let late = late.map(|words| {
        view! { <Notice icon="alert" tone="warn" title="This reward has changed meanwhile" text=words/> }
    });
    view! {
        <Drawer title=format!("Reward for {}", line.partner_name) context=context close="/rewards" foot=foot>
            {late}
            <div class="lead-figure">
                <p class="figure">{line.amount.display()}</p>
                <StatusBadge of=line.status/>
                <p>{of.lead}</p>
            </div>
            {frozen}
            {follows}
            <Receipt of=of.receipt/>
            <section class="stack tight">
                <h3>"What happens next"</h3>
                <Timeline steps=of.path/>
            </section>
            {facts}
            <Related rewards=of.related/>
            <History entries=of.history undo=of.undo/>
        </Drawer>
    }
    .into_any()
}

/// Partner, customer, sale, invoice: where to look further.
#[component]
fn Facts(of: RewardDetail) -> impl IntoView {
    let line = of.line;
    let payment = line.payment_label();
    let invoice = (!line.invoice_number.is_empty()).then(|| {
        let href = format!("/invoices/{}?partner={}", line.invoice_number, encode(&line.partner_key));
        view! {
            <div>
                <dt>"Invoice"</dt>
                <dd><a class="link" href=at(href)>{line.invoice_number}</a></dd>
            </div>
        }
    });
    let customer = line.customer.map(|customer| {
        view! {
            <div>
                <dt>"Customer"</dt>
                <dd class="row">
                    <a class="link" href=at(of.customer_href)>{breakable(&customer.label)}</a>
                    <a class="link small-text" href=at(only("customer", &customer.value))>"Show only these"</a>
                </dd>
            </div>
        }
    });
    let sale = (!of.transaction_key.is_empty()).then(|| {
        view! {
            <div>
                <dt>"Transaction"</dt>
                <dd class="mono">{breakable(&of.transaction_key)}</dd>
            </div>
        }
    });
    view! {
        <section class="stack tight">
            <h3>"Belongs to"</h3>
            <dl class="facts">
                <div>
                    <dt>"Partner"</dt>
                    <dd class="row">
                        <a class="link" href=at(partner_path(&line.partner_key))>{breakable(&line.partner_name)}</a>
                        <a class="link small-text" href=at(only("partner", &line.partner_key))>"Show only these"</a>
                    </dd>
                </div>
                {customer}
                {sale}
                {invoice}
                <div>
                    <dt>{payment}</dt>
                    <dd>{line.estimated_payment.unwrap_or_else(|| "Not scheduled".to_owned())}</dd>
                </div>
                <div>
                    <dt>"Reward key"</dt>
                    <dd class="mono">{breakable(&line.key)}</dd>
                </div>
            </dl>
        </section>
    }
}

/// The list with one filter, over every month.
fn only(filter: &str, value: &str) -> String {
    format!("/rewards?{filter}={}&month=all", encode(value))
}

#[component]
fn Related(rewards: Vec<RelatedReward>) -> impl IntoView {
    (!rewards.is_empty()).then(|| {
        let items = rewards
            .into_iter()
            .map(|other| {
                let href = keeping_query(&reward_path(&other.key));
                view! {
                    <li>
                        <a href=href data-noscroll="" on:click=opens>
                            <Icon name="swap"/>
                            <strong>{other.relation}</strong>
                            <small>{format!("{} · {}", other.description, other.when)}</small>
                            <span class="end">{other.amount.display()}</span>
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="stack tight">
                <h3>"Linked rewards"</h3>
                <ul class="todo">{items}</ul>
            </section>
        }
    })
}

/// Who, when, why; the newest first.
#[component]
pub fn History(entries: Vec<HistoryEntry>, #[prop(optional, into)] undo: String) -> impl IntoView {
    let items = entries
        .into_iter()
        .map(|entry| {
            view! {
                <li>
                    <span class="dot"><Icon name=icon_name(&entry.icon)/></span>
                    <p><b>{breakable(&entry.author)}</b>" "<span>{entry.what}</span></p>
                    <time>{entry.when}</time>
                    {(!entry.detail.is_empty()).then(|| view! { <p class="detail">{entry.detail}</p> })}
                </li>
            }
        })
        .collect_view();
    let undo = (!undo.is_empty()).then(|| {
        view! {
            <ButtonForm action=UndoReview::PATH fields=vec![("batch", undo)] class="btn small">
                <Icon name="undo"/>
                <span>"Undo the last decision"</span>
            </ButtonForm>
        }
    });
    view! {
        <section class="stack tight">
            <h3>"History"</h3>
            <ol class="activity">{items}</ol>
            {undo}
        </section>
    }
}

/// Icons are named at compile time; what is not known gets the pencil.
pub fn icon_name(name: &str) -> &'static str {
    const KNOWN: [&str; 15] = [
        "check",
        "decline",
        "hold",
        "play",
        "pause",
        "check-all",
        "invoice",
        "arrow-right",
        "undo",
        "plus",
        "lock",
        "card",
        "alert",
        "refund",
        "edit",
    ];
    KNOWN.into_iter().find(|known| *known == name).unwrap_or("edit")
}

/// The buttons at the drawer's foot.
#[component]
fn Decisions(of: RewardDetail) -> impl IntoView {
    let may = |verb: Verb| of.verbs.contains(&verb);
    let fields = |decision: &str| vec![("keys[]", of.line.key.clone()), ("decision", decision.to_owned()), ("seen", of.seen.to_string())];
    let named = format!("{} for {}", of.line.amount.display(), of.line.partner_name);
    let approve = may(Verb::Approve).then(|| {
        let hidden = hidden(fields("approve"));
        view! {
            <Form action=ReviewRewards::PATH name="approve" class="button-form" bare=true then=Some(open_next)>
                {hidden}
                <SubmitButton class="btn primary" key="a">"Approve"</SubmitButton>
            </Form>
        }
    });
    let release = may(Verb::Release).then(|| {
        view! { <ButtonForm action=ReviewRewards::PATH name="release" fields=fields("release") class="btn">"Release"</ButtonForm> }
    });
    let hold = may(Verb::Hold).then(|| {
        let hidden = hidden(fields("hold"));
        view! {
            <DialogForm id="hold" action=ReviewRewards::PATH title=format!("Hold {named}") open="Hold" open_key="h" confirm="Hold this reward" then=open_next
                text="It stays off every invoice until you release it.">
                {hidden}
                <TextArea name="reason" label="Reason" hint="The partner reads it beside the reward."/>
            </DialogForm>
        }
    });
    let decline = may(Verb::Decline).then(|| {
        let hidden = hidden(fields("decline"));
        view! {
            <DialogForm id="decline" action=ReviewRewards::PATH title=format!("Decline {named}") open="Decline" open_class="btn danger" open_key="d"
                confirm=format!("Decline {}", of.line.amount.display()) danger=true then=open_next text="It is not paid. You can undo this until the charge.">
                {hidden}
                <TextArea name="reason" label="Reason" hint="The partner reads it beside the reward."/>
            </DialogForm>
        }
    });
    let more = view! { <More of=of.clone()/> };
    view! {
        {approve}
        {release}
        {hold}
        {decline}
        {more}
    }
}

fn hidden(fields: Vec<(&'static str, String)>) -> impl IntoView {
    fields.into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view()
}

#[component]
fn More(of: RewardDetail) -> impl IntoView {
    let fields = |decision: &str| vec![("keys[]", of.line.key.clone()), ("decision", decision.to_owned()), ("seen", of.seen.to_string())];
    let (all, move_to, remove_to) = (of.clone(), of.move_to.clone(), of.remove_to.clone());
    let move_here = (!of.move_to.is_empty()).then(|| {
        view! {
            <ButtonForm action=ReviewRewards::PATH name="move" fields=fields(MOVE) class="">
                <Icon name="invoice"/>
                <span>{format!("Move to the {move_to} invoice")}</span>
            </ButtonForm>
        }
    });
    let remove = (!of.remove_to.is_empty()).then(|| {
        view! {
            <ButtonForm action=ReviewRewards::PATH name="remove" fields=fields(REMOVE) class="">
                <Icon name="arrow-right"/>
                <span>{format!("Remove from the invoice, into {remove_to}")}</span>
            </ButtonForm>
        }
    });
    let elsewhere = of.verbs.contains(&Verb::MarkPaidElsewhere).then(|| {
        view! {
            <ButtonForm action=ReviewRewards::PATH name="elsewhere" fields=fields("mark_paid_elsewhere") class="">
                <Icon name="check-all"/>
                <span>"Mark as paid elsewhere"</span>
            </ButtonForm>
        }
    });
    let adjust = (!of.adjust_month.is_empty()).then(|| view! { <Adjust of=all/> });
    let any = move_here.is_some() || remove.is_some() || elsewhere.is_some() || adjust.is_some();
    view! {
        {any.then(|| view! {
            <div class="push">
                <Menu id="reward-more" label="More decisions">
                    {move_here}
                    {remove}
                    {elsewhere}
                    {adjust}
                </Menu>
            </div>
        })}
    }
}

/// A correction by its difference.
#[component]
fn Adjust(of: RewardDetail) -> impl IntoView {
    let example = Money::new(-of.line.amount.minor.abs() / 2, of.line.amount.currency).plain();
    let note = if of.adjust_note.is_empty() { String::new() } else { format!(" {}", of.adjust_note) };
    let text = format!(
        "The reward stays as it is. The difference becomes a linked reward in {}, which you and the partner both see.{note}",
        of.adjust_month
    );
    let title = format!("Adjust {}", of.line.amount.display());
    let currency = of.line.amount.currency;
    view! {
        <DialogForm id="adjust" action=AdjustReward::PATH title=title open="Adjust by a difference" open_icon="edit" open_class=""
            confirm="Add the difference" text=text>
            <Hidden name="key" value=of.line.key/>
            <Field name="difference" label=format!("Difference in {currency}") inputmode="decimal"
                hint=format!("“{example}” takes away, a number without a minus adds.")/>
            <TextArea name="description" label="Description" hint="The partner reads it. Say what changed and why."/>
        </DialogForm>
    }
}
