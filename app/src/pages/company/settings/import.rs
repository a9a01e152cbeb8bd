//! Importing a file: choose it, see what it would do, apply it.

use std::time::Duration;

use domain::page::{counted, grouped, number_of};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::Choice;
use views::settings::{AcceptedImport, AlikeRows, FirstRows, ImportPage as View, ImportProblem, ImportTrial};

use super::SettingsTabs;
use super::import_void::PastImports;
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
const TEMPLATE: &str = "/upload/import/template";
/// Between two looks at an import that is being written.
const LOOK: Duration = Duration::from_secs(2);

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
                    <dd><a href=at(format!("{TEMPLATE}?kind={}", kind.value)) rel="external">"Template"</a></dd>
                </div>
            }
        })
        .collect_view();
    let kinds = page.kinds.iter().cloned().map(|kind| views::Choice { hint: String::new(), ..kind }).collect::<Vec<_>>();
    // One primary button: with a file tried, that is importing it.
    let try_class = if page.trial.is_some() { "btn" } else { "btn primary" };
    let try_title = if page.trial.is_some() { "Or choose another file" } else { "Choose a file" };
    let tried_kind = page.trial.as_ref().map(|trial| trial.kind.clone()).unwrap_or_default();
    let label_of =
        page.trial.as_ref().and_then(|trial| page.kinds.iter().find(|kind| kind.value == trial.kind)).map(|kind| kind.label.clone());
    view! {
        <div class="columns">
            <div class="stack loose">
                {page.accepted.map(|accepted| view! { <Accepted accepted=accepted/> })}
                {page.has_rest.then(|| view! {
                    <Notice tone="warn" icon="alert" title="Some rows were left out" text="Correct them in the file, which has a column with the reasons, and import it again.">
                        <a class="btn small" href=at(REST) rel="external">"Download the rows"</a>
                    </Notice>
                })}
                {page.trial.map(|trial| view! { <Trial trial=trial label=label_of.unwrap_or_default()/> })}
                <section class="card">
                    <div class="card-head">
                        <h2>{try_title}</h2>
                        <p>"Nothing is written until you have seen what it would do."</p>
                    </div>
                    <div class="card-body">
                        <Form action=UPLOAD multipart=true plain=true>
                            <div class="fields">
                                <SelectField name="kind" label="What it holds" choices=kinds value=tried_kind/>
                                <FileField/>
                                <details>
                                    <summary>"How the file is written"</summary>
                                    <div class="fields">
                                        <SelectField name="delimiter" label="Between columns" empty="As in its header" optional=true
                                            choices=choices(&[("comma", "Commas"), ("semicolon", "Semicolons"), ("tab", "Tabs")])/>
                                        <SelectField name="encoding" label="Text" empty="As it seems" optional=true
                                            choices=choices(&[("utf-8", "UTF-8"), ("utf-16le", "UTF-16"), ("windows-1252", "Windows-1252 (Latin-1)")])/>
                                        <SelectField name="decimals" label="Numbers" empty="As they seem" optional=true
                                            choices=choices(&[("point", "1,000.50"), ("comma", "1.000,50")])/>
                                    </div>
                                </details>
                            </div>
                            <FormEnd>
                                <SubmitButton class=try_class>"Check file"</SubmitButton>
                            </FormEnd>
                            <Working/>
                        </Form>
                    </div>
                </section>
                <PastImports files=page.past/>
            </div>
            <section class="card">
                <div class="card-head">
                    <h2>"Columns"</h2>
                </div>
                <div class="card-body stack">
                    <p class="muted">"The first line names the columns, in any order; columns you don't need can be missing. Excel: save the sheet as CSV (comma or semicolon delimited) or Unicode text. Times are like 2026-03-01T09:30:00Z. Importing the same file twice changes nothing."</p>
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
    let good = trial.rows - trial.problem_count - trial.voided;
    let changes = trial.counts.iter().any(|(label, _)| label == "new" || label == "changed");
    let tiles =
        trial.counts.iter().map(|(label, count)| view! { <StatTile label=format!("Rows {label}") value=grouped(*count)/> }).collect_view();
    let bad = trial.problem_count > 0;
    let upload = trial.upload.clone();
    let apply = match (changes, bad, good) {
        (true, false, 1) => Some(("Import 1 row".to_owned(), String::new())),
        (true, false, 2..) => Some((format!("Import {} rows", grouped(good)), String::new())),
        (true, true, 1) => Some(("Import the good row".to_owned(), "true".to_owned())),
        (true, true, 2..) => Some((format!("Import the {} good rows", grouped(good)), "true".to_owned())),
        _ => None,
    };
    let unchanged = (!changes && good > 0).then(|| match (bad || trial.voided > 0, good) {
        (false, 1) => "Nothing to import: the row is already there".to_owned(),
        (false, 2) => "Nothing to import: both rows are already there".to_owned(),
        (false, _) => format!("Nothing to import: all {} rows are already there", grouped(good)),
        (true, 1) => "Nothing to import: the other row is already there".to_owned(),
        (true, _) => format!("Nothing to import: the other {} rows are already there", grouped(good)),
    });
    let (read_with, ignored) = (trial.read_with.join(", "), trial.ignored.join(", "));
    let rewards = trial.rewards.map(|rewards| format!("Its sales and refunds would make {}.", number_of(rewards, "reward", "rewards")));
    // All that is wrong is that rewards came in before.
    let again = (trial.repeated > 0 && trial.repeated == trial.problem_count).then(|| match trial.rows {
        1 => "Give the reward again".to_owned(),
        rows => format!("Give all {} rewards", grouped(rows)),
    });
    let again_upload = trial.upload.clone();
    view! {
        <section class="card" aria-labelledby="trial">
            <div class="card-head">
                <h2 id="trial">{trial.file_name.clone()}</h2>
                <p>{format!("{label}, {}. This is what importing it would do.", number_of(trial.rows, "row", "rows"))}</p>
            </div>
            <div class="card-body stack">
                <Stats>{tiles}</Stats>
                {(!trial.first.rows.is_empty()).then(|| view! { <First first=trial.first.clone()/> })}
                {(!read_with.is_empty()).then(|| view! { <Notice tone="plain" title=format!("Read with {read_with}") text="If names or amounts look wrong, choose the file again and say how it is written."/> })}
                {(!ignored.is_empty()).then(|| view! { <p class="hint">{format!("Columns not used: {ignored}.")}</p> })}
                {rewards.map(|rewards| view! { <p class="hint">{rewards}</p> })}
                {unchanged.map(|words| view! { <Notice tone="plain" title=words text=""/> })}
                {bad.then(|| view! { <Problems trial=trial.clone() rest=changes/> })}
                <Remarks of=trial.doubt_groups title="Worth a second look" text="They are imported as they are; take them out of the file if they are wrong."/>
                <Remarks of=trial.voided_groups title="Left out" text=""/>
                <div class="actions">
                    {apply.map(|(words, skip_bad)| view! {
                        <Form action=ApplyImport::PATH name="apply" class="button-form" bare=true>
                            <Hidden name="upload" value=upload/>
                            <Hidden name="skip_bad" value=skip_bad/>
                            <SubmitButton>{words}</SubmitButton>
                            <Working/>
                        </Form>
                    })}
                    {again.map(|words| view! {
                        <Form action=ApplyImport::PATH name="again" class="button-form" bare=true>
                            <Hidden name="upload" value=again_upload/>
                            <Hidden name="again" value="true"/>
                            <SubmitButton class="btn">{words}</SubmitButton>
                            <Working/>
                        </Form>
                    })}
                    <ButtonForm action=DiscardImport::PATH name="discard" class="btn">"Discard"</ButtonForm>
                </div>
            </div>
        </section>
    }
}

/// The file's first rows as they were understood: whether dates, amounts and names are what was meant.
#[component]
fn First(first: FirstRows) -> impl IntoView {
    let rows = first
        .rows
        .into_iter()
        .map(|(line, cells)| {
            let cells = cells.into_iter().map(|text| view! { <td>{text}</td> }).collect_view();
            view! {
                <tr>
                    <td class="c-num">{line}</td>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <h3>"The first good rows, as they were read"</h3>
        {(!first.zone.is_empty()).then(|| view! { <p class="hint">{format!("Times are in {}.", first.zone)}</p> })}
        <TableFrame label="The first rows" compact=true keep=true>
            <TableHead labels=format!("#Row|{}", first.columns.join("|"))/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
}

fn choices(words: &[(&str, &str)]) -> Vec<Choice> {
    let choice = |(value, label): &(&str, &str)| Choice { value: (*value).to_owned(), label: (*label).to_owned(), hint: String::new() };
    words.iter().map(choice).collect()
}

/// How far a large file is, as the database has it: whoever looks, and whichever process writes.
#[component]
fn Accepted(accepted: AcceptedImport) -> impl IntoView {
    let AcceptedImport { kind, file_name, done, total, ended, impossible, problems } = accepted;
    let heading = match kind.as_str() {
        "void" => format!("Voiding {file_name}"),
        "void_undo" => format!("Undoing the void of {file_name}"),
        _ => format!("Importing {file_name}"),
    };
    if ended {
        let words = number_of(impossible, "row", "rows");
        let undone = kind == "void_undo";
        let (title, text) = match undone {
            true => (format!("{words} of {file_name} can't count again"), "Other changes came first. Everything else counts again."),
            false => (
                format!("{words} of {file_name} could not be imported any more"),
                "Other changes came first. Everything else was imported.",
            ),
        };
        let rows = problems.into_iter().map(|problem| {
            let of = if undone { format!("Customer {}", problem.field) } else { format!("Row {}, {}", problem.line, problem.field) };
            view! { <li>{format!("{of}: {}", problem.message)}</li> }
        });
        return view! {
            <div class="stack">
                <Notice tone="bad" icon="alert" title=title text=text/>
                <ul class="hint">{rows.collect_view()}</ul>
            </div>
        }
        .into_any();
    }
    let ui = crate::ui::Ui::get();
    Effect::new(move |_| {
        set_timeout(move || ui.reload(), LOOK);
    });
    view! {
        <section class="card" aria-labelledby="accepted">
            <div class="card-head">
                <h2 id="accepted">{heading}</h2>
                <p>"It goes on when you leave this page."</p>
            </div>
            <div class="card-body stack">
                <progress class="progress" max=total.to_string() value=done.to_string() aria-label="How far it is"></progress>
                <p>{format!("{} of {} rows", grouped(done), grouped(total))}</p>
                <noscript><p class="hint">"Reload this page to see how far it is."</p></noscript>
            </div>
        </section>
    }
    .into_any()
}

/// So many rows of which the same is said stand above the button that imports; a file of last year's sales has one for each sale.
const ALIKE_SHOWN: usize = 5;

/// What is said of rows that can be imported, or are not to be. `text` holds for all of them.
#[component]
fn Remarks(of: Vec<AlikeRows>, title: &'static str, text: &'static str) -> impl IntoView {
    let texts = std::iter::once(text).chain(std::iter::repeat(""));
    of.into_iter().zip(texts).map(|(group, text)| view! { <Alike group=group title=title text=text/> }).collect_view().into_any()
}

#[component]
fn Alike(group: AlikeRows, title: &'static str, text: &'static str) -> impl IntoView {
    let AlikeRows { about, count, rows } = group;
    let heading = format!("{title}: {} {about}", number_of(count, "row", "rows"));
    let shown = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let table = |rows: &[ImportProblem]| {
        let rows = rows.iter().map(|row| view! { <tr><td class="c-num">{row.line}</td><td>{row.message.clone()}</td></tr> }).collect_view();
        view! {
            <TableFrame label=heading.clone() compact=true keep=true>
                <TableHead labels="#Row|What it is"/>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
    };
    let (first, others) = rows.split_at(rows.len().min(ALIKE_SHOWN));
    let others = (!others.is_empty()).then(|| {
        view! {
            <details>
                <summary>{format!("{} more", counted(others.len()))}</summary>
                {table(others)}
                {(shown < count).then(|| view! { <p class="hint">{format!("The first {shown} are shown.")}</p> })}
            </details>
        }
    });
    view! {
        <Notice tone="warn" icon="alert" title=heading.clone() text=text/>
        {table(first)}
        {others}
    }
    .into_any()
}

#[component]
fn Problems(
    trial: ImportTrial,
    /// There is something else to import.
    rest: bool,
) -> impl IntoView {
    let next = match rest {
        true => "Correct the file and try it again, or import the rest and get these rows back as a file with the reasons.",
        false => "Correct the file and try it again.",
    };
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
        <Notice tone="bad" icon="alert" title=words text=next/>
        <TableFrame label="What is wrong" compact=true keep=true>
            <TableHead labels="#Row|Column|What is wrong"/>
            <tbody>{rows}</tbody>
        </TableFrame>
        {(shown < trial.problem_count).then(|| view! { <p class="hint">{format!("The first {shown} are shown.")}</p> })}
    }
}
