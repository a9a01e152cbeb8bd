//! The receipt of a reward, and its path from recorded to paid.

use leptos::prelude::*;
use views::receipt::{PathStep, ReceiptView, StepState};

use super::Icon;

/// Drawn like a till receipt.
#[component]
pub fn Receipt(of: ReceiptView) -> impl IntoView {
    let facts = of
        .facts
        .into_iter()
        .map(|fact| {
            view! {
                <div>
                    <dt>{fact.label}</dt>
                    <dd>
                        <span>{fact.value}</span>
                        {(!fact.note.is_empty()).then(|| view! { <small>{fact.note}</small> })}
                    </dd>
                </div>
            }
        })
        .collect_view();
    let triggers = (!of.triggers.is_empty()).then(|| {
        let lines = of
            .triggers
            .into_iter()
            .map(|trigger| {
                let (class, icon, spoken) = if trigger.hit { ("hit", "check", "applied: ") } else { ("miss", "minus", "did not apply: ") };
                view! {
                    <li class=class>
                        <Icon name=icon/>
                        <span><span class="sr-only">{spoken}</span><span>{trigger.text}</span></span>
                        <small>{trigger.reason}</small>
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="receipt-triggers">{lines}</ul> }
    });
    let sum = (!of.lines.is_empty()).then(|| {
        let lines = of
            .lines
            .into_iter()
            .map(|line| {
                view! {
                    <div class:total=line.total>
                        <dt>{line.label}</dt>
                        <dd>{line.amount}</dd>
                    </div>
                }
            })
            .collect_view();
        view! { <dl class="receipt-sum">{lines}</dl> }
    });
    view! {
        <section class="receipt" aria-label=of.title>
            <header class="receipt-head">
                <h2>{of.title.clone()}</h2>
                <p>{of.number}</p>
            </header>
            <dl class="receipt-facts">{facts}</dl>
            {triggers}
            {sum}
        </section>
    }
}

/// The steps of a reward; those still to come are outlined and dated.
#[component]
pub fn Timeline(steps: Vec<PathStep>) -> impl IntoView {
    let items = steps
        .into_iter()
        .map(|step| {
            let (class, icon, spoken) = match step.state {
                StepState::Done => ("done", "check", ""),
                StepState::Now => ("now", "clock", "now: "),
                StepState::Todo => ("todo", "check", "still to come: "),
                StepState::Warn => ("now warn", "hold", "waits: "),
                StepState::Bad => ("bad", "x", "ended: "),
            };
            view! {
                <li class=class aria-current=(step.state == StepState::Now).then_some("step")>
                    <Icon name=icon/>
                    <strong><span class="sr-only">{spoken}</span><span>{step.title}</span></strong>
                    {(!step.date.is_empty()).then(|| view! { <time>{step.date}</time> })}
                    {(!step.note.is_empty()).then(|| view! { <p>{step.note}</p> })}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="path">{items}</ol> }
}
