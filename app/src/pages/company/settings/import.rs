//! Importing a file: choose it, see what it would do, apply it.

use domain::page::grouped;
use domain::views::settings::{ImportPage as View, ImportTrial};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::SettingsTabs;
use crate::components::{
    ButtonForm, FieldFrame, Form, FormEnd, FormState, Hidden, Loaded, Notice, PageHeader, SelectField, StatTile, Stats, SubmitButton,
    TableFrame, TableHead, Working,
};
use crate::place::at;
use crate::server_fns::imports::{ApplyImport, DiscardImport, GetImport};
use crate::ui::load;

/// Where files are posted to and where left-out rows come from, in their place: plain routes of the server.
const UPLOAD: &str = "/upload/import";
const REST: &str = "/upload/import/rest.csv";

#[component]
pub fn ImportPage() -> impl IntoView {
    let page = load(|place| GetImport { place });
    view! {
        <PageHeader title="Import" context="CSV files of partners, customers, sales, rewards and decisions" tabs=view! { <SettingsTabs/> }.into_any()/>
        <Loaded of=page let:page>
            <ImportView page=page/>
        </Loaded>
    }
}

#[component]
fn ImportView(page: View) -> impl IntoView {
    let columns = page
        .kinds
        .iter()
        .map(|kind| {
            view! {
                <div>
                    <dt>{kind.label.clone()}</dt>
                    <dd class="mono">{kind.hint.clone()}</dd>
                </div>
            }
        })
        .collect_view();
    let kinds = page.kinds.iter().cloned().map(|kind| domain::views::Choice { hint: String::new(), ..kind }).collect::<Vec<_>>();
    // One primary button: with a file tried, that is importing it.
    let try_class = if page.trial.is_some() { "btn" } else { "btn primary" };
    let try_title = if page.trial.is_some() { "Or choose another file" } else { "Choose a file" };
    let label_of =
        page.trial.as_ref().and_then(|trial| page.kinds.iter().find(|kind| kind.value == trial.kind)).map(|kind| kind.label.clone());
    view! {
        <div class="columns">
            <div class="stack loose">
                {page.has_rest.then(|| view! {
                    <Notice tone="warn" icon="alert" title="Some rows were left out" text="Correct them in the file, which has a column with the reasons, and import it again.">
                        <a class="btn small" href=at(REST) rel="external" download>"Download the rows"</a>
                    </Notice>
                })}
                {page.trial.map(|trial| view! { <Trial trial=trial label=label_of.unwrap_or_default()/> })}
                <section class="card">
                    <div class="card-head">
                        <h2>{try_title}</h2>
                        <p>"Nothing is written until you have seen what it would do."</p>
                    </div>
                    <div class="card-body">
                        <Form action=at(UPLOAD) multipart=true plain=true>
                            <div class="fields">
                                <SelectField name="kind" label="What it holds" choices=kinds/>
                                <FileField/>
                            </div>
                            <FormEnd>
                                <SubmitButton class=try_class>"Try the file"</SubmitButton>
                            </FormEnd>
                            <Working/>
                        </Form>
                    </div>
                </section>
            </div>
            <section class="card">
                <div class="card-head">
                    <h2>"Columns"</h2>
                </div>
                <div class="card-body stack">
                    <p class="muted">"The first line names the columns, in any order. Amounts like 19.99, times like 2026-03-01T09:30:00Z. Importing the same file twice changes nothing."</p>
                    <dl class="facts">{columns}</dl>
                </div>
            </section>
        </div>
    }
}

#[component]
fn FileField() -> impl IntoView {
    let state = FormState::get();
    let (id, error) = (state.id("file"), state.error("file"));
    view! {
        <FieldFrame name="file" label="File" hint="CSV, up to 32 MB">
            <input class="input" type="file" id=id name="file" accept=".csv,text/csv" required aria-describedby="file-h file-e"
                aria-invalid=move || error.with(Option::is_some).then_some("true")/>
        </FieldFrame>
    }
}

/// What the file would do, and the ways to go on.
#[component]
fn Trial(trial: ImportTrial, label: String) -> impl IntoView {
    let good = trial.rows - trial.problem_count;
    let tiles =
        trial.counts.iter().map(|(label, count)| view! { <StatTile label=format!("Rows {label}") value=grouped(*count)/> }).collect_view();
    let bad = trial.problem_count > 0;
    let upload = trial.upload.clone();
    let apply = match (bad, good) {
        (false, 1) => Some(("Import 1 row".to_owned(), String::new())),
        (false, _) => Some((format!("Import {} rows", grouped(trial.rows)), String::new())),
        (true, 1) => Some(("Import the good row".to_owned(), "true".to_owned())),
        (true, 2..) => Some((format!("Import the {} good rows", grouped(good)), "true".to_owned())),
        (true, _) => None,
    };
    let unchanged = trial.counts.iter().all(|(label, _)| label == "unchanged");
    view! {
        <section class="card" aria-labelledby="trial">
            <div class="card-head">
                <h2 id="trial">{trial.file_name.clone()}</h2>
                <p>{format!("{label}, {}. This is what importing it would do.", if trial.rows == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(trial.rows)) })}</p>
            </div>
            <div class="card-body stack">
                <Stats>{tiles}</Stats>
                {unchanged.then(|| view! { <Notice tone="plain" title="Everything in it is here already" text="Importing it would change nothing."/> })}
                {bad.then(|| view! { <Problems trial=trial.clone()/> })}
                <div class="actions">
                    {apply.map(|(words, skip_bad)| view! {
                        <Form action=ApplyImport::PATH name="apply" class="button-form" bare=true>
                            <Hidden name="upload" value=upload/>
                            <Hidden name="skip_bad" value=skip_bad/>
                            <SubmitButton>{words}</SubmitButton>
                            <Working/>
                        </Form>
                    })}
                    <ButtonForm action=DiscardImport::PATH name="discard" class="btn">"Put it aside"</ButtonForm>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Problems(trial: ImportTrial) -> impl IntoView {
    let shown = i64::try_from(trial.problems.len()).unwrap_or(i64::MAX);
    let rows = trial
        .problems
        .into_iter()
        .map(|problem| {
            view! {
                <tr>
                    <td class="c-num">{problem.line}</td>
                    <th class="c-main" scope="row">{problem.field}</th>
                    <td>{problem.message}</td>
                </tr>
            }
        })
        .collect_view();
    let words = match trial.problem_count {
        1 => "One row cannot be imported".to_owned(),
        count => format!("{} rows cannot be imported", grouped(count)),
    };
    view! {
        <Notice tone="bad" icon="alert" title=words text="Correct the file and try it again, or import the rest and get these rows back as a file with the reasons."/>
        <TableFrame label="What is wrong" compact=true keep=true>
            <TableHead labels="#Row|Column|What is wrong"/>
            <tbody>{rows}</tbody>
        </TableFrame>
        {(shown < trial.problem_count).then(|| view! { <p class="hint">{format!("The first {shown} are shown.")}</p> })}
    }
}
