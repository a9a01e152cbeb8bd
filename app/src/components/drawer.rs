//! Details beside their list: a child route, so that the address opens it and Back closes it. Closing leads back to where it was opened,
//! and Back does not open it again.

use super::{Outlet, Title};
use domain::access::Action;
use domain::place::within;
use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys;
use leptos::web_sys::js_sys::Reflect;
use leptos_router::hooks::use_location;

use super::viewer::use_viewer;
use super::{EmptyState, ErrorSummary, Form, Heading, Icon, Loaded, Skeleton, SubmitButton, breakable};
use crate::error::AppError;
use crate::list::keeping_query;
use crate::place::use_here;
use crate::ui::Ui;

/// On a drawer over a list: the path of what it shows, which is not the address's while the next one loads.
pub(super) const SHOWS: &str = "data-shows";

/// The list that a drawer is over.
#[derive(Clone, Copy)]
pub(super) struct OverList {
    /// Whether it is beneath the drawer, or the drawer is the page.
    shown: Memo<bool>,
    /// Its path in its place.
    base: Signal<String>,
    /// What had the focus before the first drawer opened, and the list's title. Empty on the server, where another thread may drop it
    /// than the one that made it.
    before: StoredValue<SendOption<(web_sys::HtmlElement, String)>>,
}

impl OverList {
    /// Whether a step to this address only closes the drawer; the list then stays where it was scrolled to.
    pub fn is(&self, address: &str) -> bool {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let base = self.base.try_get_untracked();
        self.shown.try_get_untracked().unwrap_or(false) && base.is_some_and(|base| base == within(path))
    }
}

/// A list whose details open over it. Use as the view of a `ParentRoute` whose first child is `""` (empty view) and whose other
/// children are pages made of [`Drawer`]. Opened directly, a detail is a page of its own and its list is not even loaded.
///
/// ```ignore
/// <ParentRoute path=path!("/rewards") view=|| view! { <ListRoute base="/rewards" list=ReviewRewards/> }>
///     <Route path=path!("") view=|| ()/>
///     <Route path=path!(":key") view=RewardDrawer/>
/// </ParentRoute>
/// ```
#[component]
pub fn ListRoute(
    /// The list's own path in its place.
    #[prop(into)]
    base: Signal<String>,
    #[prop(into)] list: ViewFn,
) -> impl IntoView {
    let here = use_here();
    let over_list = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or(false) || here.get() == base.get());
    provide_context(OverList { shown: over_list, base, before: StoredValue::new(SendOption::new_local(None)) });
    view! {
        {move || over_list.get().then(|| list.run())}
        <Outlet/>
    }
}

/// A detail. `close` is its list's address (this page's query string is kept). Children: sections of the body; `foot`: buttons.
#[component]
pub fn Drawer(
    #[prop(into)] title: String,
    #[prop(optional, into)] context: String,
    #[prop(into)] close: String,
    /// More buttons in the head: previous, next, menu.
    #[prop(optional)]
    actions: Option<AnyView>,
    #[prop(optional)] foot: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    view! {
        <Frame title=title context=context close=keeping_query(&close) actions=actions>
            <div class="drawer-body" tabindex="0">{children()}</div>
            {foot.map(|foot| view! { <footer class="drawer-foot">{foot}</footer> })}
        </Frame>
    }
}

/// A detail that is one form, around body and foot. `submit` is the words of its button.
#[component]
pub fn DrawerForm(
    action: &'static str,
    #[prop(into)] title: String,
    #[prop(optional, into)] context: String,
    #[prop(into)] close: String,
    #[prop(into)] submit: String,
    children: Children,
) -> impl IntoView {
    let close = keeping_query(&close);
    view! {
        <Frame title=title context=context close=close actions=None>
            <Form action=action class="drawer-form" summary=false>
                <div class="drawer-body" tabindex="0">
                    <div class="form">
                        <ErrorSummary/>
                        {children()}
                    </div>
                </div>
                <footer class="drawer-foot">
                    <SubmitButton>{submit}</SubmitButton>
                    <a class="btn quiet" href=close data-noscroll="" on:click=closes>"Cancel"</a>
                </footer>
            </Form>
        </Frame>
    }
}

/// A drawer for people who may do `action`; the others read there why it holds no form for them.
#[component]
pub fn DrawerFor<V: IntoView + 'static>(
    action: Action,
    #[prop(into)] title: String,
    #[prop(into)] close: String,
    children: impl Fn() -> V + Send + Sync + Clone + 'static,
) -> impl IntoView {
    view! {
        <Loaded of=use_viewer() skeleton=Skeleton::None let:viewer>
            {if viewer.may(action) {
                children().into_any()
            } else {
                let text = AppError::Forbidden(action.words().to_owned()).to_string();
                view! {
                    <Drawer title=title.clone() close=close.clone()>
                        <EmptyState icon="lock" title="Not allowed" text=text/>
                    </Drawer>
                }
                .into_any()
            }}
        </Loaded>
    }
}

/// Head and surroundings: beside the list as an aside, opened directly as an article.
#[component]
fn Frame(title: String, context: String, close: Signal<String>, actions: Option<AnyView>, children: Children) -> impl IntoView {
    let over_list = use_context::<OverList>().is_some_and(|list| list.shown.get_untracked());
    return_to_list(over_list, close);
    let (class, word) = if over_list { ("btn quiet icon-only", None) } else { ("btn small", Some(view! { <span>"Close"</span> })) };
    let content = view! {
        <Title text=title.clone()/>
        <header class="drawer-head">
            <Heading title=title id="drawer-title".to_owned()/>
            {(!context.is_empty()).then(|| view! { <p class="context">{breakable(&context)}</p> })}
            <div class="actions">
                {actions}
                <a class=class href=close aria-label="Close" data-close="" data-noscroll="" on:click=closes>
                    <Icon name="x"/>
                    {word}
                </a>
            </div>
        </header>
        {children()}
    };
    if over_list {
        let shows = use_location().pathname.get_untracked();
        view! { <aside class="drawer" aria-labelledby="drawer-title" data-shows=shows>{content}</aside> }.into_any()
    } else {
        view! { <article class="drawer-page" aria-labelledby="drawer-title">{content}</article> }.into_any()
    }
}

/// For `on:click` of links that lead to a detail: notes how it can be closed again.
pub fn opens(event: web_sys::MouseEvent) {
    let shown = |selector: &str| document().query_selector(selector).ok().flatten().is_some();
    let from = match (shown("aside.drawer"), shown(".drawer-page")) {
        (true, _) => Origin::Drawer,
        (false, true) => Origin::Detail,
        (false, false) => Origin::Page,
    };
    let (replace, opened) = step(from, opened());
    mark(&event, replace, opened);
}

/// For `on:click` of links that close a detail.
fn closes(event: web_sys::MouseEvent) {
    let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key();
    if !elsewhere && step_back() {
        event.prevent_default();
    } else {
        mark(&event, true, None);
    }
}

/// Goes back to where the detail was opened, if that is known.
pub(super) fn step_back() -> bool {
    let Some(steps) = opened() else { return false };
    window().history().is_ok_and(|history| history.go_with_delta(-(steps as i32)).is_ok())
}

/// Where a step to a detail begins.
#[derive(Clone, Copy)]
enum Origin {
    Page,
    /// A detail that is the page.
    Detail,
    /// A drawer over its list.
    Drawer,
}

/// Whether a step to a detail takes the place of the entry where it begins, and how many steps then lead back to where the details were
/// opened; `opened` is that of the entry where it begins.
fn step(from: Origin, opened: Option<f64>) -> (bool, Option<f64>) {
    match from {
        Origin::Page => (false, Some(1.0)),
        Origin::Detail => (false, opened.map(|steps| steps + 1.0)),
        Origin::Drawer => (true, opened),
    }
}

/// This many steps before this entry of the history the detail was opened.
fn opened() -> Option<f64> {
    window().history().and_then(|history| history.state()).ok().and_then(|state| state.as_f64())
}

/// Tells the router how to follow a link.
fn mark(event: &web_sys::MouseEvent, replace: bool, opened: Option<f64>) {
    let Some(link) = event.current_target() else { return };
    let state = opened.map_or(JsValue::UNDEFINED, JsValue::from_f64);
    for (name, value) in [("replace", JsValue::from_bool(replace)), ("state", state)] {
        // Fails only for what is frozen.
        let _ = Reflect::set(&link, &JsValue::from_str(name), &value);
    }
}

/// Gives focus and the list's title back when the drawer closes, also after it has shown others of the list.
fn return_to_list(over_list: bool, list: Signal<String>) {
    let ui = Ui::get();
    let here = use_location().pathname;
    let Some(OverList { before, .. }) = use_context::<OverList>().filter(|_| over_list) else { return };
    Effect::new(move |seen: Option<()>| {
        let opener = document().active_element().and_then(|element| element.dyn_into().ok());
        if let (None, Some(opener)) = (seen, opener) {
            before.update_value(|kept| {
                if kept.is_none() {
                    *kept = SendOption::new_local(Some((opener, document().title())));
                }
            });
        }
    });
    on_cleanup(move || {
        let list = list.try_get_untracked().unwrap_or_default();
        if here.try_get_untracked().is_none_or(|here| list.split('?').next() != Some(here.as_str())) {
            // Another drawer, or another page: it has a heading of its own.
            return;
        }
        let Some((opener, title)) = before.try_update_value(|kept| std::mem::replace(kept, SendOption::new_local(None)).take()).flatten()
        else {
            return;
        };
        ui.returned();
        document().set_title(&title);
        // On a phone the list takes no focus before the drawer has gone.
        request_animation_frame(move || {
            if opener.is_connected() {
                // Fails only for elements that take no focus.
                let _ = opener.focus();
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::{Origin, step};

    #[test]
    fn a_detail_knows_how_many_steps_before_it_was_opened() {
        assert_eq!(step(Origin::Page, None), (false, Some(1.0)));
        // From one detail to another one, which is closed with the first.
        assert_eq!(step(Origin::Detail, Some(1.0)), (false, Some(2.0)));
        // It was opened by its address.
        assert_eq!(step(Origin::Detail, None), (false, None));
        // Over a list there is one entry, however many drawers follow each other.
        assert_eq!(step(Origin::Drawer, Some(1.0)), (true, Some(1.0)));
    }
}
