//! What the server writes of a page.
//! `elements` has what `view!` makes, under the name `leptos`.

#![cfg(feature = "ssr")]

use leptos::prelude::*;

/// Without the comments that mark where something changes.
fn html(shown: impl IntoView) -> String {
    let whole = shown.into_any().to_html();
    let mut out = String::new();
    let mut rest = whole.as_str();
    while let Some((before, after)) = rest.split_once("<!") {
        out.push_str(before);
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    out + rest
}

const HOSTILE: &str = r#"<b a="1">&'"#;

#[test]
fn text_and_attributes_are_escaped() {
    let shown = html(view! { <p title=HOSTILE>{HOSTILE}</p> });
    assert_eq!(shown, r#"<p title="&lt;b a=&quot;1&quot;&gt;&amp;'">&lt;b a="1"&gt;&amp;'</p>"#);
    let owned = html(view! { <p title=HOSTILE.to_owned()>{HOSTILE.to_owned()}</p> });
    assert_eq!(owned, shown);
    let dynamic = html(view! { <p title=move || HOSTILE>{move || HOSTILE}</p> });
    assert_eq!(dynamic, shown);
}

#[test]
fn attributes_that_are_not_there_are_left_out() {
    let (hidden, none) = (true, None::<String>);
    let input = html(view! { <input disabled=false hidden=hidden title=none.clone() value="5" /> });
    assert_eq!(input, r#"<input hidden value="5">"#);
    assert_eq!(html(view! { <i class="a" class:b=true class:c=false></i> }), r#"<i class="a b"></i>"#);
    assert_eq!(html(view! { <i class=none class:c=true></i> }), r#"<i class="c"></i>"#);
}

#[test]
fn lists_and_what_may_be_missing_are_shown_in_order() {
    let rows: Vec<_> = ["a", "b"].into_iter().map(|name| view! { <li>{name}</li> }).collect();
    let more = false.then(|| view! { <li>"c"</li> });
    assert_eq!(html(view! { <ul>{rows}{more}{(1, "d").0}</ul> }), "<ul><li>a</li><li>b</li>1</ul>");
}

#[test]
fn what_a_script_holds_is_not_escaped() {
    assert_eq!(html(view! { <script>"if (a < b) {}"</script> }), "<script>if (a < b) {}</script>");
    assert_eq!(html(view! { <p inner_html="<b>x</b>"></p> }), "<p><b>x</b></p>");
}
