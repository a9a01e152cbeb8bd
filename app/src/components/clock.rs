//! The sandbox's clock.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use views::session::{ClockView, Jump, Viewer};

use super::{Form, Icon, Loaded, Skeleton, SubmitButton, Working};
use crate::server_fns::sandbox::{DAYS_MAX, GetJumps, MoveClock};
use crate::ui::{Loading, load};

/// The simulated date and the ways to move it.
#[component]
pub fn Clock(viewer: Loading<Viewer>) -> impl IntoView {
    // What the jumps would do is worked out when somebody looks.
    let looked = RwSignal::new(false);
    let jumps = load(move |place| GetJumps { place, effects: looked.get() });
    view! {
        <Loaded of=viewer skeleton=Skeleton::None let:viewer>
            {viewer.clock.map(|clock| view! { <ClockBar clock=clock looked=looked/> })}
        </Loaded>
        // Around what loads: a popover whose own attributes are written again closes.
        <div class="menu clock-menu" id="clock" popover="auto" role="region" aria-label="Move the clock">
            <Loaded of=jumps skeleton=Skeleton::None let:jumps>
                {(!jumps.is_empty()).then(|| view! { <ClockMenu jumps=jumps looked=looked/> })}
            </Loaded>
        </div>
    }
}

#[component]
fn ClockBar(clock: ClockView, looked: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="clockbar" role="region" aria-label="Sandbox clock">
            <Icon name="clock"/>
            <strong>"Sandbox"</strong>
            <time>
                <span class="only-desktop">{clock.weekday}" "</span>
                <span>{clock.now}</span>
                <span class="only-desktop">" "{clock.zone}</span>
            </time>
            {clock.may_move.then(|| view! {
                <button type="button" class="btn small" popovertarget="clock" on:click=move |_| looked.set(true)>"Move the clock"</button>
            })}
        </div>
    }
}

#[component]
fn ClockMenu(jumps: Vec<Jump>, looked: RwSignal<bool>) -> impl IntoView {
    let buttons = jumps
        .into_iter()
        .map(|jump| {
            view! {
                <button type="submit" name="to" value=jump.to>
                    <span>{jump.label}</span>
                    <time>{jump.date}</time>
                    <small>{jump.effect}</small>
                </button>
            }
        })
        .collect_view();
    let done = Callback::new(move |()| {
        looked.set(false);
        if let Some(menu) = document().get_element_by_id("clock").and_then(|menu| menu.dyn_into::<HtmlElement>().ok()) {
            // Fails only when it is closed already.
            let _ = menu.hide_popover();
        }
    });
    view! {
        <p class="menu-title">"Everything that falls due on the way is done"</p>
        <Form action=MoveClock::PATH name="jump" class="clock-jumps" bare=true on_done=done>
            {buttons}
            <Working/>
        </Form>
        <hr/>
        // Its errors are shown in the menu, which covers the toasts on a phone.
        <Form action=MoveClock::PATH name="days" class="menu-body row" on_done=done>
            <input class="input small" type="number" id="days-days" name="days" value="7" min="1" max=DAYS_MAX aria-label="Days"/>
            <SubmitButton class="btn small">"Move by days"</SubmitButton>
            <Working/>
        </Form>
    }
}
