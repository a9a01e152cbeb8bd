//! Figures side by side, and what they were before.

use domain::page::grouped;
use leptos::prelude::*;

use super::Icon;

/// The frame around [`StatTile`]s.
#[component]
pub fn Stats(children: Children) -> impl IntoView {
    view! { <dl class="stats">{children()}</dl> }
}

/// A figure under its name; children are a line beneath, like [`Change`]. Nothing as value means: not known.
#[component]
pub fn StatTile(
    #[prop(into)] label: String,
    #[prop(into)] value: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="stat">
            <dt>{label}</dt>
            {match value {
                Some(value) => view! { <dd class="figure">{value}</dd> }.into_any(),
                None => view! {
                    <dd class="figure unknown">
                        <span aria-hidden="true">"—"</span>
                        <span class="sr-only">"not known yet"</span>
                    </dd>
                }
                .into_any(),
            }}
            {children.map(|below| below())}
        </div>
    }
}

/// "12.4% more than 1–4 March". `against` names the other span.
#[component]
pub fn Change(now: i64, before: i64, #[prop(into)] against: String) -> impl IntoView {
    let (class, icon, bold, words) = match (now.cmp(&before), before) {
        (std::cmp::Ordering::Equal, _) => ("change", None, String::new(), format!("the same as {against}")),
        (_, 0) => ("change", None, String::new(), format!("nothing in {against}")),
        (std::cmp::Ordering::Greater, _) => ("change up", Some("arrow-up"), share(now, before), format!("more than {against}")),
        (std::cmp::Ordering::Less, _) => ("change down", Some("arrow-down"), share(now, before), format!("less than {against}")),
    };
    view! {
        <dd class=class>
            {icon.map(|icon| view! { <Icon name=icon/> })}
            {(!bold.is_empty()).then(|| view! { <b>{bold}</b> })}
            <span>{words}</span>
        </dd>
    }
}

/// The difference in per cent of what was before, with one decimal below 100.
fn share(now: i64, before: i64) -> String {
    let per_mille = (i128::from(now) - i128::from(before)).abs() * 1000 / i128::from(before).abs().max(1);
    match i64::try_from(per_mille / 10).unwrap_or(i64::MAX) {
        whole @ 100.. => format!("{}%", grouped(whole)),
        whole => format!("{whole}.{}%", per_mille % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn differences_are_shares_of_what_was() {
        assert_eq!(share(112, 100), "12.0%");
        assert_eq!(share(97, 100), "3.0%");
        assert_eq!(share(500, 100), "400%");
        assert_eq!(share(1_300_000, 100), "1,299,900%");
    }
}
