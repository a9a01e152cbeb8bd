//! What every page shares while it is open: toasts, the refused form, reloading after a write, focus after a step.

use std::marker::PhantomData;

use domain::Place;
use domain::place::within;
use leptos::prelude::*;
use leptos::server::codee::string::FromToStringCodec;
use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};
use crate::forms::{Done, FailedForm, Flash};
use crate::tokens::PageKey;
use crate::wire::{Asking, Packed, fetch};

#[derive(Clone, Copy)]
pub struct Ui {
    /// What the forms of this page view are signed with; none for visitors.
    key: StoredValue<Option<PageKey>>,
    /// How often forms have been sent or answered on this page: each form that is sent has a number of its own.
    number: RwSignal<u32>,
    /// Counts writes, so that what was loaded before them is loaded again.
    writes: RwSignal<u32>,
    failed: StoredValue<Option<FailedForm>>,
    /// A form waits until somebody has signed in again.
    pub stranded: bool,
    /// Whose page it is; another one's is another page load.
    place: StoredValue<Place>,
    pub toasts: RwSignal<Vec<Toast>>,
    focus: StoredValue<Focus>,
}

/// Who takes the focus after a step to another page. The page's heading may appear before or after the step is noticed.
#[derive(Clone, Default)]
struct Focus {
    /// The next heading that appears takes the focus.
    wanted: bool,
    /// The next step only closes a drawer, which gives the focus back itself.
    returning: bool,
    /// The page whose heading appeared last and did not take the focus.
    appeared: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub id: u32,
    pub done: Done,
    /// An error: it stays until it is closed.
    pub bad: bool,
}

const DROPPED: &str = "A form that somebody else filled in here was not sent. It waits for them for ten minutes.";

/// What the server tells the client about this page view.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Start {
    key: Option<PageKey>,
    flash: Flash,
    place: Place,
}

impl Ui {
    /// Once, at the root: the value crosses from server to client in the page.
    pub fn provide() -> Ui {
        let Start { key, flash, place } = SharedValue::new_str(|| Packed::of(&start())).into_inner().open().unwrap_or_default();
        let done = flash.done.map(|done| Toast { id: 0, done, bad: false });
        let dropped = flash.dropped.then(|| Toast { id: 1, done: Done::say(DROPPED), bad: true });
        let bare = flash.failed.as_ref().filter(|failed| failed.bare);
        let refused = bare.map(|failed| Toast { id: 2, done: Done::say(failed.error.to_string()), bad: true });
        let toasts = done.into_iter().chain(dropped).chain(refused).collect();
        let ui = Ui {
            key: StoredValue::new(key),
            number: RwSignal::new(0),
            writes: RwSignal::new(0),
            failed: StoredValue::new(flash.failed),
            stranded: flash.stranded,
            place: StoredValue::new(place),
            toasts: RwSignal::new(toasts),
            focus: StoredValue::new(Focus::default()),
        };
        provide_context(ui);
        ui
    }

    pub fn get() -> Ui {
        expect_context::<Ui>()
    }

    /// Whose page it is: nobody's where somebody signs in, and where they do not belong.
    pub fn place(&self) -> Place {
        self.place.get_value()
    }

    /// The address of a path at this page's place. For links there is [`crate::place::at`].
    pub fn at(&self, path: &str) -> String {
        self.place.with_value(|place| place.at(path))
    }

    /// The token of a form with this action at this place; empty for visitors. `sent` is the form's number, once it was sent and until it
    /// is done: what becomes of it, it stays the same form. `kept` is the token of a form which came back because it is not known what
    /// became of it.
    pub fn form_token(&self, action: &str, place: &str, sent: Option<u32>, kept: Option<&str>) -> String {
        let number = sent.unwrap_or_else(|| self.number.get());
        match kept {
            Some(token) if number == 0 => token.to_owned(),
            _ => self.key.with_value(|key| key.as_ref().map(|key| key.token(action, place, number)).unwrap_or_default()),
        }
    }

    /// The number of a form that is being sent. Other forms take another one, also while this one is on its way.
    pub fn take_number(&self) -> u32 {
        let number = self.number.get_untracked();
        self.number.set(number + 1);
        number
    }

    /// The refused form that led to this page, if it is this one.
    pub fn failed_form(&self, action: &str, name: &str) -> Option<FailedForm> {
        self.failed
            .with_value(|failed| failed.clone())
            .filter(|failed| failed.action == within(action) && failed.name == name && failed.fits(&self.place()))
    }

    /// After a write: says so, and loads again what the page shows.
    pub fn wrote(&self, done: Done) {
        self.failed.set_value(None);
        self.number.update(|number| *number += 1);
        if !done.message.is_empty() {
            self.push(done, false);
        }
        self.reload();
    }

    /// A form of one button was refused: its error is shown beside the page.
    pub fn refused(&self, error: &AppError) {
        self.push(Done::say(error.to_string()), true);
    }

    fn push(&self, done: Done, bad: bool) {
        self.toasts.update(|toasts| {
            let id = toasts.iter().map(|toast| toast.id + 1).max().unwrap_or(1);
            toasts.push(Toast { id, done, bad });
        });
    }

    pub fn reload(&self) {
        self.writes.update(|count| *count += 1);
    }

    /// The page has changed to another address. Whether its heading is here already and takes the focus now.
    pub fn moved(&self, path: &str) -> bool {
        self.failed.set_value(None);
        let mut focus = self.focus.get_value();
        let here = focus.appeared.take().is_some_and(|appeared| appeared == path);
        let returning = std::mem::take(&mut focus.returning);
        focus.wanted = !here && !returning;
        self.focus.set_value(focus);
        here && !returning
    }

    /// A heading has appeared on this page. Whether it takes the focus.
    pub fn heading_appeared(&self, path: String) -> bool {
        let mut focus = self.focus.get_value();
        let takes = std::mem::take(&mut focus.wanted);
        focus.appeared = (!takes).then_some(path);
        self.focus.set_value(focus);
        takes
    }

    /// A drawer has closed over its list.
    pub fn returned(&self) {
        let mut focus = self.focus.get_value();
        focus.returning = !std::mem::take(&mut focus.wanted);
        self.focus.set_value(focus);
    }
}

#[cfg(feature = "ssr")]
fn start() -> Start {
    let extensions = use_context::<http::request::Parts>().map(|parts| parts.extensions).unwrap_or_default();
    Start {
        key: extensions.get::<PageKey>().cloned(),
        flash: extensions.get::<Flash>().cloned().unwrap_or_default(),
        place: extensions.get::<Place>().cloned().unwrap_or_default(),
    }
}

/// Only reached when the page was not rendered by the server.
#[cfg(not(feature = "ssr"))]
fn start() -> Start {
    Start::default()
}

/// What a page loads, packed: one type of resource for all that is loaded keeps the client small.
pub struct Loading<T> {
    packed: Resource<Packed, FromToStringCodec>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loading<T> {}

impl<T: DeserializeOwned> Loading<T> {
    /// The value, or none while it is not here yet.
    pub fn get(&self) -> Option<Result<T>> {
        self.packed.get().map(|packed| packed.answer())
    }

    pub(crate) fn packed(&self) -> Resource<Packed, FromToStringCodec> {
        self.packed
    }
}

type Source = Box<dyn Fn() -> (Packed, u32) + Send + Sync>;

fn resource(source: Source, fetch: fn(Packed) -> Asking) -> Resource<Packed, FromToStringCodec> {
    Resource::new_str(source, move |(asked, _)| fetch(asked))
}

/// Loads what a read function answers to a question about this page's place, again when the question changes and after every write. Call it in a page's set-up, never inside
/// `Loaded` or a `Suspend`; show it with `<Loaded>`.
pub fn load<F>(question: impl Fn(Place) -> F + Send + Sync + 'static) -> Loading<F::Output>
where
    F: ServerFn<Error = AppError> + Serialize + DeserializeOwned + 'static,
    F::Output: Serialize + DeserializeOwned,
{
    let Ui { writes, place, .. } = Ui::get();
    loading::<F>(Box::new(move || (Packed::of(&question(place.get_value())), writes.get())))
}

/// Like [`load`], but not again after writes.
pub fn load_once<F>(question: impl Fn(Place) -> F + Send + Sync + 'static) -> Loading<F::Output>
where
    F: ServerFn<Error = AppError> + Serialize + DeserializeOwned + 'static,
    F::Output: Serialize + DeserializeOwned,
{
    let place = Ui::get().place;
    loading::<F>(Box::new(move || (Packed::of(&question(place.get_value())), 0)))
}

fn loading<F>(source: Source) -> Loading<F::Output>
where
    F: ServerFn<Error = AppError> + Serialize + DeserializeOwned + 'static,
    F::Output: Serialize + DeserializeOwned,
{
    Loading { packed: resource(source, fetch::<F>), of: PhantomData }
}
