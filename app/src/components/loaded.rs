//! Content that is loaded: a skeleton of the right size while it comes, a notice where it fails.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::server::codee::string::FromToStringCodec;
use leptos::tachys::reactive_graph::OwnedView;
use serde::de::DeserializeOwned;

use super::ErrorNotice;
use crate::error::Result;
use crate::ui::Loading;
use crate::wire::Packed;

/// The size of what will be here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Skeleton {
    /// Head and rows of a list or page.
    #[default]
    Page,
    Lines,
    /// Nothing: for small things in the frame.
    None,
}

/// Shows what [`crate::ui::load`] loads. While it loads again the old content stays. Inside, make no resources, place no `<Outlet/>`.
///
/// ```ignore
/// let invoice = load(move |place| GetInvoice { place, number: number.get() });
/// view! { <Loaded of=invoice let:invoice> <InvoicePage invoice/> </Loaded> }
/// ```
#[component]
pub fn Loaded<T, V>(
    of: Loading<T>,
    #[prop(optional)] skeleton: Skeleton,
    /// From the loaded value to its view.
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    show(of.packed(), skeleton, Arc::new(move |packed| packed.answer().map(|value| children(value).into_any())))
}

/// From what was loaded to its view.
type Show = Arc<dyn Fn(&Packed) -> Result<AnyView> + Send + Sync>;

/// Free of the types that are loaded and shown, so that the client holds it once.
fn show(packed: Resource<Packed, FromToStringCodec>, skeleton: Skeleton, show: Show) -> AnyView {
    let above = Owner::current().unwrap_or_default();
    let content = move || {
        let (show, above) = (Arc::clone(&show), above.clone());
        Suspend::new(async move {
            let packed = packed.await;
            // What is shown owns its own forms and signals, so that they work until the new content takes its place.
            let owner = above.child();
            let shown = owner.with(|| match show(&packed) {
                Ok(view) => view,
                // Small things in the frame say nothing; the page says it.
                Err(_) if skeleton == Skeleton::None => ().into_any(),
                Err(error) => view! { <ErrorNotice error=error/> }.into_any(),
            });
            foreign(OwnedView::new_with_owner(shown, owner))
        })
    };
    foreign(view! { <Transition fallback=move || view! { <SkeletonView of=skeleton/> }>{content}</Transition> })
}

#[component]
fn SkeletonView(of: Skeleton) -> impl IntoView {
    match of {
        Skeleton::Page => view! {
            <div aria-busy="true" class="stack">
                <span class="sr-only">"Loading"</span>
                <span class="skeleton figure-size"></span>
                <span class="skeleton rows"></span>
            </div>
        }
        .into_any(),
        Skeleton::Lines => view! {
            <div aria-busy="true" class="stack tight">
                <span class="sr-only">"Loading"</span>
                <span class="skeleton line"></span>
                <span class="skeleton line"></span>
            </div>
        }
        .into_any(),
        Skeleton::None => ().into_any(),
    }
}
