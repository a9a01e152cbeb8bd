//! The browser's entry point.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server has rendered, and says so in `html[data-hydrated]` once every listener is attached.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    // One frame later, because effects attach the last listeners then.
    leptos::prelude::request_animation_frame(|| {
        if let Some(root) = leptos::prelude::document().document_element() {
            // Fails only for an illegal attribute name.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}
