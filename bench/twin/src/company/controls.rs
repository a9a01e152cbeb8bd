//! What narrows the list down, and what can be done about many rewards at once.

use domain::Month;
use domain::states::RewardSource;
use maud::{Markup, html};

use super::View;
use crate::words::icon;

impl View<'_> {
    pub fn filters(&self) -> Markup {
        let months = self.month_choices();
        let select = |name: &str, label: &str, all: &str, choices: &[(String, String)]| {
            html! {
                div.filter {
                    label for={ "filter-" (name) } { (label) }
                    select.select id={ "filter-" (name) } name=(name) {
                        option value="" { (all) }
                        @for (value, label) in choices { option value=(value) { (label) } }
                    }
                }
            }
        };
        let whose = |name: &str, label: &str, any: &str| {
            html! {
                div.filter {
                    label for=(name) { (label) }
                    div.combobox {
                        input.input type="text" id=(name) name=(name) value="" placeholder=(any) autocomplete="off" role="combobox"
                            aria-autocomplete="list" aria-controls={ (name) "-list" } aria-expanded="false" list={ (name) "-data" };
                        datalist id={ (name) "-data" } {}
                        span.sr-only aria-live="polite" {}
                    }
                }
            }
        };
        let groups: Vec<_> = self.groups.iter().map(|group| (group.key.clone(), group.name.clone())).collect();
        let sources: Vec<_> = RewardSource::ALL.iter().map(|source| (source.word().to_owned(), source.label().to_owned())).collect();
        let currencies: Vec<_> = self.currencies.iter().map(|unit| (unit.code().to_owned(), unit.code().to_owned())).collect();
        html! {
            form.filters method="get" role="search" aria-label="This list" {
                div.search {
                    (icon("search"))
                    input.input type="search" name="q" value="" placeholder="Partner, customer or key" aria-label="Partner, customer or key"
                        autocomplete="off";
                }
                details.fold {
                    summary.btn { (icon("filter")) span { "Filters" } }
                    div.fold-body {
                        (select("month", "Month", "Open months", &months))
                        (select("group", "Group", "All groups", &groups))
                        (select("source", "Source", "Every source", &sources))
                        @if currencies.len() > 1 { (select("currency", "Currency", "Every currency", &currencies)) }
                        (whose("partner", "Partner", "Any partner"))
                        (whose("customer", "Customer", "Any customer"))
                        div.filter.range role="group" aria-label="Amount" {
                            span.label aria-hidden="true" { "Amount" }
                            input.input type="text" inputmode="decimal" name="min" value="" placeholder="from" aria-label="Amount from";
                            span aria-hidden="true" { "–" }
                            input.input type="text" inputmode="decimal" name="max" value="" placeholder="to" aria-label="Amount to";
                        }
                        button.btn type="submit" { "Filter" }
                    }
                }
                div.end {
                    a.btn.quiet href={ (self.place) "/export/rewards.csv?" } rel="external" { (icon("download")) span { "CSV" } }
                }
            }
        }
    }

    fn month_choices(&self) -> Vec<(String, String)> {
        let accumulating = self.zone.month(self.person.now).max(Month(self.open_month));
        let mut choices = vec![("all".to_owned(), "Every month".to_owned())];
        choices.push((accumulating.to_string(), format!("{}, accumulating", accumulating.long())));
        // Newest first.
        let mut before = None;
        for invoice in &self.invoices {
            if before != Some(invoice.month) {
                let note = if self.in_review().any(|other| other.month == invoice.month) { ", in review" } else { "" };
                choices.push((Month(invoice.month).to_string(), format!("{}{note}", Month(invoice.month).long())));
            }
            before = Some(invoice.month);
        }
        choices
    }

    pub fn select_all(&self, count: &str) -> Markup {
        html! {
            form.button-form method="post" action="/rpc/rewards/select" novalidate {
                (self.key.fields("/rpc/rewards/select", &self.place, "select"))
                input type="hidden" name="form_bare" value="true";
                input type="hidden" name="search" value="";
                input type="hidden" name="sort" value="";
                button.btn.small type="submit" { "Select all " (count) }
            }
        }
    }

    /// What can be done with the selected rows.
    pub fn decisions(&self) -> Markup {
        let asks = |name: &str, word: &str, class: &str, title: &str, note: &str, done: &str| {
            html! {
                button class={ "btn small" (if class.is_empty() { "" } else { " danger" }) } type="button" command="show-modal"
                    commandfor={ "bulk-" (name) } data-key=(&name[..1]) { span { (word) } }
                dialog.dialog id={ "bulk-" (name) } aria-labelledby={ "bulk-" (name) "-title" } closedby="any" {
                    header.drawer-head { h2 id={ "bulk-" (name) "-title" } { (title) } }
                    div.drawer-body {
                        p { strong { " " } }
                        p { (note) }
                        div.field {
                            label for={ "bulk-" (name) "_reason" } { span { "Reason" } }
                            textarea.textarea id={ "bulk-" (name) "_reason" } name={ (name) "_reason" } required rows="3"
                                aria-describedby={ "bulk-" (name) "_reason-h" } {}
                            p.hint id={ "bulk-" (name) "_reason-h" } { "Partners read it beside their rewards." }
                        }
                    }
                    footer.drawer-foot {
                        button.btn.quiet type="button" command="close" commandfor={ "bulk-" (name) } { "Cancel" }
                        button class={ "btn " (class) "primary" } type="submit" name="decision" value=(name) { (done) }
                    }
                }
            }
        };
        let month = self.in_review().next().map(|invoice| Month(invoice.month).long());
        html! {
            div.bulkbar role="region" aria-label="Selected rewards" {
                span.bulk-count aria-live="polite" { "Selected" }
                button.btn.small.primary type="submit" name="decision" value="approve" data-key="a" { "Approve" }
                (asks("hold", "Hold", "", "Put the selected rewards on hold",
                    "Nothing on hold goes onto an invoice until you release it.", "Put on hold"))
                (asks("decline", "Decline", "danger ", "Decline the selected rewards",
                    "What is declined is not paid. You can undo this until the charge.", "Decline"))
                button.btn.quiet.icon-only.small type="button" popovertarget="bulk-more" aria-label="More decisions" { (icon("more")) }
                div.menu id="bulk-more" popover="auto" aria-label="More decisions" role="group" {
                    button type="submit" name="decision" value="release" { "Release from hold" }
                    @if let Some(month) = month {
                        button type="submit" name="decision" value="move_to_current_invoice" { "Move to the " (month) " invoice" }
                    }
                    button type="submit" name="decision" value="mark_paid_elsewhere" { "Mark as paid elsewhere" }
                }
            }
        }
    }
}

pub fn hints() -> Markup {
    html! {
        p.keys {
            span { kbd { "j" } " " kbd { "k" } " move" }
            @for (key, what) in [("Enter", "open"), ("x", "select"), ("a", "approve"), ("d", "decline"), ("h", "hold"), ("?", "all keys")] {
                span { kbd { (key) } " " (what) }
            }
        }
    }
}
