//! Files of sales that were imported, and voiding one: first what it would do, then doing it.

use domain::page::{grouped, listed, number_of};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::settings::{ImportVoidPreview, PastImport};

use crate::components::{
    EmptyState, Form, FormEnd, Hidden, Loaded, Notice, PageHeader, Skeleton, StatTile, Stats, SubmitButton, TableFrame, TableHead,
    TextArea, Working, breakable,
};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::imports::{PreviewImportVoid, UndoImportVoid, VoidImport as Apply};
use crate::ui::load_once;

const IMPORT: &str = "/settings/import";
const VOID: &str = "/settings/import/void";

/// The latest files of sales and refunds, with the way to void each.
#[component]
pub fn PastImports(files: Vec<PastImport>) -> impl IntoView {
    if files.is_empty() {
        return ().into_any();
    }
    let rows = files
        .into_iter()
        .map(|file| {
            let way = match (file.voidable, file.undo.is_empty()) {
                (true, _) => Some((format!("{VOID}?import={}", file.id), "Void this import")),
                (false, false) => Some((format!("{VOID}?undo={}", file.undo), "Undo the void")),
                (false, true) => None,
            };
            let way = way.map(|(href, words)| view! { <a class="link nowrap" href=at(href)>{words}</a> });
            view! {
                <tr>
                    <th class="c-main" scope="row">
                        <span>{breakable(&file.file_name)}</span>
                        <small>{breakable(&file.author)}</small>
                        {(!file.status.is_empty()).then(|| view! { <small>{breakable(&file.status)}</small> })}
                    </th>
                    <td class="c-date" data-label="When">{file.at}</td>
                    <td class="c-num" data-label="Rows">{grouped(file.rows)}</td>
                    <td>{way}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="past">
            <div class="section-head">
                <h2 id="past">"Imported sales"</h2>
                <p>"The latest files of sales and refunds."</p>
            </div>
            <TableFrame label="Imported sales">
                <TableHead labels="File|When|#Rows|~Actions"/>
                <tbody>{rows}</tbody>
            </TableFrame>
        </section>
    }
    .into_any()
}

#[component]
pub fn VoidImport() -> impl IntoView {
    let query = use_list();
    // Not reloaded by the write it leads to: what was shown has been done then.
    let preview = load_once(move |place| {
        let (import, undo) = query.with(|query| (query.filter("import").to_owned(), query.filter("undo").to_owned()));
        PreviewImportVoid { place, import, undo }
    });
    view! {
        <Loaded of=preview skeleton=Skeleton::Page let:preview>
            {match preview {
                Some(preview) => view! { <Preview preview=preview/> }.into_any(),
                None => view! {
                    <PageHeader title="Void an import" crumbs=vec![("Import".into(), IMPORT.into())]/>
                    <div class="card">
                        <EmptyState icon="refund" title="Choose the import first" text="Each file of sales on the Import page has a “Void this import” link.">
                            <a class="btn" href=at(IMPORT)>"Open the imports"</a>
                        </EmptyState>
                    </div>
                }
                .into_any(),
            }}
        </Loaded>
    }
}

#[component]
fn Preview(preview: ImportVoidPreview) -> impl IntoView {
    let sum = |of: fn(&views::settings::TurningSales) -> i64| preview.turning.iter().map(of).sum::<i64>();
    let (sales, refunds) = (sum(|turning| turning.sales), sum(|turning| turning.refunds));
    let (title, context, rest) = match preview.undo {
        false => (
            format!("Void {}", preview.file_name),
            format!("Imported on {} by {}", preview.at, preview.author),
            "won't count any more. The customers' other sales are rated again without them, and their keys can be used again.",
        ),
        true => (format!("Undo the void of {}", preview.file_name), String::new(), "will count again."),
    };
    let crumbs = vec![("Import".to_owned(), IMPORT.to_owned())];
    if sales + refunds == 0 {
        let (nothing, why) = match preview.undo {
            false => ("Nothing left to void", "Every transaction of this file is voided already, or an earlier version imported it."),
            true => ("Nothing left to undo", "Every transaction of this file counts again already, or other changes are in the way."),
        };
        return view! {
            <PageHeader title=title context=context crumbs=crumbs/>
            <div class="card">
                <EmptyState icon="refund" title=nothing text=why>
                    <a class="btn" href=at(IMPORT)>"Open the imports"</a>
                </EmptyState>
            </div>
            <section class="section stack">
                <Impossible preview=preview/>
            </section>
        }
        .into_any();
    }
    let what = [(sales, "sale", "sales"), (refunds, "refund", "refunds")]
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| number_of(number, one, many))
        .collect::<Vec<_>>();
    let what = listed(&what);
    let lead = format!("{what} from {} {rest}", number_of(preview.customers, "customer", "customers"));
    let mut notes = Vec::new();
    if preview.along > 0 {
        notes
            .push(format!("{} of these sales that came in another way will be voided too.", number_of(preview.along, "refund", "refunds")));
    }
    if preview.before > 0 {
        let verb = if preview.before == 1 { "was" } else { "were" };
        notes.push(format!(
            "{} of the file {verb} voided before and will stay voided.",
            number_of(preview.before, "transaction", "transactions")
        ));
    }
    if !preview.planned {
        notes.push(
            "The file is large, so this is what its transactions have earned. It can differ slightly where other sales depend on them."
                .to_owned(),
        );
    }
    let notes = notes.into_iter().map(|note| view! { <p class="hint">{note}</p> }).collect_view();
    let tiles = preview
        .turning
        .iter()
        .flat_map(|turning| {
            let refunds = (turning.refunds > 0).then(|| (format!("Refunds in {}", turning.refunded.currency), turning.refunded.display()));
            std::iter::once((format!("Sales in {}", turning.sold.currency), turning.sold.display())).chain(refunds)
        })
        .map(|(label, value)| view! { <StatTile label=label value=value/> })
        .collect_view();
    let (id, seen) = (preview.id.clone(), preview.seen.clone());
    let apply = match preview.undo {
        false => view! {
            <Form action=Apply::PATH class="form measure">
                <Hidden name="import" value=id/>
                <Hidden name="seen" value=seen/>
                <TextArea name="reason" label="Reason" hint="Kept in the history for whoever asks later."/>
                <FormEnd>
                    <SubmitButton>{format!("Void {}", number_of(sales + refunds, "transaction", "transactions"))}</SubmitButton>
                    <a class="btn quiet" href=at(IMPORT)>"Cancel"</a>
                </FormEnd>
                <Working/>
            </Form>
        }
        .into_any(),
        true => view! {
            <Form action=UndoImportVoid::PATH>
                <Hidden name="void" value=id/>
                <Hidden name="seen" value=seen/>
                <FormEnd>
                    <SubmitButton>"Undo the void"</SubmitButton>
                    <a class="btn quiet" href=at(IMPORT)>"Cancel"</a>
                </FormEnd>
                <Working/>
            </Form>
        }
        .into_any(),
    };
    view! {
        <PageHeader title=title context=context crumbs=crumbs/>
        <section class="section stack loose">
            <p>{lead}</p>
            {notes}
            <Stats>{tiles}</Stats>
            <Differences preview=preview.clone()/>
            <Impossible preview=preview/>
            {apply}
        </section>
    }
    .into_any()
}

/// Per invoice.
#[component]
fn Differences(preview: ImportVoidPreview) -> impl IntoView {
    if preview.differences.is_empty() {
        return view! { <Notice tone="plain" icon="info" title="No reward changes" text="These transactions earned nothing, and nothing else changes."/> }.into_any();
    }
    let rows = preview
        .differences
        .into_iter()
        .map(|difference| {
            view! {
                <tr>
                    <th class="c-main" scope="row">{difference.month}</th>
                    <td>{difference.stage}</td>
                    <td class="c-amount">{difference.amount.display()}</td>
                </tr>
            }
        })
        .collect_view();
    let rewards = match (preview.planned, preview.rewards) {
        (true, count) => format!("{} will be written.", number_of(count, "linked reward", "linked rewards")),
        (false, count) => format!("{} will be corrected.", number_of(count, "reward", "rewards")),
    };
    view! {
        <TableFrame label="Difference per invoice">
            <TableHead labels="Month|Invoice|#Difference"/>
            <tbody>{rows}</tbody>
        </TableFrame>
        <p class="hint">{rewards}</p>
    }
    .into_any()
}

#[component]
fn Impossible(preview: ImportVoidPreview) -> impl IntoView {
    let shown = i64::try_from(preview.impossible.len()).unwrap_or(i64::MAX);
    if shown == 0 {
        return ().into_any();
    }
    let rows = preview.impossible.into_iter().map(|of| {
        view! {
            <tr>
                <th class="c-main" scope="row">{of.field}</th>
                <td>{of.message}</td>
            </tr>
        }
    });
    view! {
        <Notice tone="warn" icon="alert" title="Some of it can't count again" text="The rest will. Undo what is in the way first if you want all of it."/>
        <TableFrame label="What can't count again" compact=true keep=true>
            <TableHead labels="Customer|Why"/>
            <tbody>{rows.collect_view()}</tbody>
        </TableFrame>
        {(shown < preview.impossible_count).then(|| view! { <p class="hint">{format!("The first {shown} are shown.")}</p> })}
    }
    .into_any()
}
