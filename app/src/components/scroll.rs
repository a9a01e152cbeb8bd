//! Where pages were scrolled to, for the way back: their content comes after the browser has tried to restore that itself.

use std::collections::BTreeMap;

use leptos::ev;
use leptos::prelude::*;

/// How long content may take to come, in frames.
const FRAMES_WAITED: u32 = 120;

/// Brings a page that Back or Forward leads to back to its place, unless its reader moves first.
#[component]
pub fn ScrollMemory() -> impl IntoView {
    let places = StoredValue::new(BTreeMap::<String, f64>::new());
    // While a page returns to its place, that place is not written over.
    let returning = StoredValue::new(false);
    Effect::new(move |_| {
        let still = move || returning.set_value(false);
        let listeners = [
            window_event_listener(ev::scroll, move |_| {
                if let (false, Some(here), Ok(y)) = (returning.get_value(), here(), window().scroll_y()) {
                    places.update_value(|places| {
                        places.insert(here, y);
                    });
                }
            }),
            window_event_listener(ev::popstate, move |_| {
                let place = here().and_then(|here| places.with_value(|places| places.get(&here).copied()));
                returning.set_value(place.is_some());
                if let Some(y) = place {
                    settle(y, returning, FRAMES_WAITED);
                }
            }),
            window_event_listener(ev::wheel, move |_| still()),
            window_event_listener(ev::touchstart, move |_| still()),
            window_event_listener(ev::keydown, move |_| still()),
        ];
        on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    });
}

fn here() -> Option<String> {
    window().location().href().ok()
}

fn settle(y: f64, returning: StoredValue<bool>, frames: u32) {
    if returning.try_get_value() != Some(true) {
        return;
    }
    let reach = document().document_element().map_or(0, |root| root.scroll_height() - root.client_height());
    if f64::from(reach) + 1.0 >= y && window().scroll_y().is_ok_and(|now| (now - y).abs() > 1.0) {
        window().scroll_to_with_x_and_y(0.0, y);
    }
    if frames > 0 {
        request_animation_frame(move || settle(y, returning, frames - 1));
    } else {
        returning.set_value(false);
    }
}
