//! What both clients begin with.

use leptos::prelude::*;

/// Takes over the page that the server has rendered, and says so in `html[data-hydrated]` once every listener is attached.
pub fn hydrate<V: IntoView + 'static>(app: fn() -> V) {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app);
    // One frame later, because effects attach the last listeners then.
    request_animation_frame(|| {
        if let Some(root) = document().document_element() {
            // Fails only for an illegal attribute name.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}
