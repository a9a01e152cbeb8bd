//! Money by month, stacked by what became of it: bars with direct labels, a readout, and the numbers as a table.

use domain::Money;
use domain::page::listed;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{self, KeyboardEvent};
use views::home::MonthBar;

use super::{TableFrame, TableHead};

/// A part of a bar: class of the style sheet, word, amount.
type Part = (&'static str, &'static str, Money);

/// Where amounts lie between top and bottom.
#[derive(Clone, Copy)]
struct Scale {
    step: i64,
    top: i64,
    bottom: i64,
}

impl Scale {
    fn of(bars: &[MonthBar]) -> Scale {
        let stack = |bar: &MonthBar| above(bar).iter().fold(0, |sum: i64, part| sum.saturating_add(part.2.minor.max(0)));
        let tallest = bars.iter().map(stack).max().unwrap_or(0);
        // The axis ends at a mark, at or above the tallest.
        let step = round_step(tallest);
        let top = tallest.checked_add(step - 1).map_or(tallest, |above| above / step * step);
        let bottom = bars.iter().map(|bar| bar.reversed.minor).min().unwrap_or(0).min(0);
        Scale { step, top, bottom }
    }

    /// Ten-thousandths of the height, from the top.
    fn at(&self, minor: i64) -> i64 {
        let span = i128::from(self.top) - i128::from(self.bottom);
        i64::try_from((i128::from(self.top) - i128::from(minor)) * 10_000 / span.max(1)).unwrap_or(0)
    }
}

/// Ten-thousandths as "12.34%".
fn percent(value: i64) -> String {
    format!("{}.{:02}%", value / 100, (value % 100).abs())
}

/// From the bottom of the stack upwards.
fn above(bar: &MonthBar) -> [Part; 6] {
    [
        ("paid", "Paid", bar.paid),
        ("invoiced", "Invoiced", bar.invoiced),
        ("approved", "Approved", bar.approved),
        ("new", "New", bar.new),
        ("held", "On hold", bar.held),
        ("scheduled", "Scheduled", bar.scheduled),
    ]
}

fn all_parts(bar: &MonthBar) -> impl Iterator<Item = Part> + use<> {
    above(bar).into_iter().chain([("reversed", "Reversed", bar.reversed)])
}

fn parts(bar: &MonthBar) -> Vec<Part> {
    all_parts(bar).filter(|part| part.2.minor != 0).collect()
}

/// Twelve months as bars. Hover, tap or the arrow keys read a month.
#[component]
pub fn RewardsChart(#[prop(into)] title: String, bars: Vec<MonthBar>) -> impl IntoView {
    if bars.iter().all(|bar| parts(bar).is_empty()) {
        return view! { <p class="muted">"Nothing was earned in these months. The first reward begins the chart."</p> }.into_any();
    }
    let scale = Scale::of(&bars);
    let count = i64::try_from(bars.len()).unwrap_or(12).max(1);
    let last = bars.len().saturating_sub(1);
    let at = RwSignal::new(last);
    let table_rows = bars.clone();
    let shown = StoredValue::new(bars.clone());
    let readout = move || {
        shown.with_value(|bars| {
            let bar = bars.get(at.get())?;
            Some(view! {
                <div class="all">
                    <dt>{bar.month.long()}</dt>
                    <dd>{bar.total().display()}</dd>
                </div>
                {parts(bar)
                    .into_iter()
                    .map(|(class, word, amount)| view! {
                        <div class=class>
                            <dt>{word}</dt>
                            <dd>{amount.display()}</dd>
                        </div>
                    })
                    .collect_view()}
            })
        })
    };
    let key = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        event.prevent_default();
        at.update(|at| *at = if step > 0 { (*at + 1).min(last) } else { at.saturating_sub(1) });
        let bar = event
            .current_target()
            .and_then(|group| group.dyn_into::<web_sys::Element>().ok())
            .and_then(|group| group.query_selector_all(".month-bar").ok())
            .and_then(|found| found.item(u32::try_from(at.get_untracked()).unwrap_or(0)))
            .and_then(|bar| bar.dyn_into::<web_sys::SvgElement>().ok());
        if let Some(bar) = bar {
            // Fails only for elements that take no focus.
            let _ = bar.focus();
        }
    };
    let columns = bars
        .iter()
        .enumerate()
        .map(|(index, bar)| view! { <Column bar=bar.clone() index=index count=count scale=scale at=at/> })
        .collect_view();
    let direct = bars.last().map(|bar| direct_labels(bar, scale));
    view! {
        <figure class="chart" aria-label=title.clone()>
            <figcaption class="sr-only">{title.clone()}</figcaption>
            <dl class="readout" aria-live="polite">{readout}</dl>
            <svg width="100%" height="248" role="group" aria-label="Months" on:keydown=key>
                <svg class="plot" y="20" height="200" width="100%" overflow="visible">
                    {grid(&bars, scale)}
                    {columns}
                    {direct}
                </svg>
            </svg>
            <details>
                <summary>"The numbers"</summary>
                <NumbersTable title=title.clone() bars=table_rows/>
            </details>
        </figure>
    }
    .into_any()
}

/// Under a chart: its currency, and those that it leaves out.
#[component]
pub fn OneCurrency(bars: Vec<MonthBar>, others: Vec<String>) -> impl IntoView {
    bars.first().map(|bar| bar.paid.currency).map(|currency| {
        let words = match others.is_empty() {
            true => format!("In {currency}."),
            false => format!("In {currency} only. Earnings in {} are on their own invoices.", listed(&others)),
        };
        view! { <p class="hint">{words}</p> }
    })
}

#[component]
fn Column(bar: MonthBar, index: usize, count: i64, scale: Scale, at: RwSignal<usize>) -> impl IntoView {
    let band = 10_000 / count;
    let left = band * i64::try_from(index).unwrap_or(0);
    let inset = band * 18 / 100;
    let mut base: i64 = 0;
    let stack = above(&bar)
        .into_iter()
        .filter(|part| part.2.minor > 0)
        .map(|(class, _, amount)| {
            let (low, high) = (scale.at(base), scale.at(base.saturating_add(amount.minor)));
            base = base.saturating_add(amount.minor);
            block(class, left + inset, high, band - 2 * inset, low - high)
        })
        .collect_view();
    let back = (bar.reversed.minor < 0).then(|| {
        let (zero, low) = (scale.at(0), scale.at(bar.reversed.minor));
        block("reversed", left + inset, zero, band - 2 * inset, low - zero)
    });
    let words: Vec<String> = parts(&bar).into_iter().map(|(_, word, amount)| format!("{word} {}", amount.display())).collect();
    let label = match words.is_empty() {
        true => format!("{}: nothing", bar.month.long()),
        false => format!("{}: {}, of it {}", bar.month.long(), bar.total().display(), words.join(", ")),
    };
    let short = bar.month.short();
    let middle = percent(left + band / 2);
    view! {
        <g class="month-bar" class:at=move || at.get() == index tabindex=move || if at.get() == index { "0" } else { "-1" } role="img"
            aria-label=label on:pointerenter=move |_| at.set(index) on:focus=move |_| at.set(index) on:click=move |_| at.set(index)>
            <rect class="hit" x=percent(left) y="0" width=percent(band) height="100%"></rect>
            {stack}
            {back}
            <text class="lab-long" x=middle.clone() y="100%" dy="18" text-anchor="middle">{short}</text>
            <text class="lab-short" x=middle y="100%" dy="18" text-anchor="middle">{&short[..1]}</text>
        </g>
    }
}

fn block(class: &'static str, x: i64, y: i64, width: i64, height: i64) -> impl IntoView {
    view! { <rect class=class x=percent(x) y=percent(y) width=percent(width) height=percent(height)></rect> }
}

/// Words beside the last bar that has any, kept apart from each other.
fn direct_labels(bar: &MonthBar, scale: Scale) -> impl IntoView + use<> {
    const APART: i64 = 800;
    let mut base: i64 = 0;
    let mut lowest_free = 10_000;
    let shown: Vec<Part> = above(bar).into_iter().filter(|part| part.2.minor > 0).collect();
    // Room for the words that come above.
    let mut highest_free: i64 = shown.iter().map(|_| APART).sum();
    shown
        .into_iter()
        .map(|(_, word, amount)| {
            let middle = scale.at(base.saturating_add(amount.minor / 2));
            base = base.saturating_add(amount.minor);
            highest_free -= APART;
            let y = middle.min(lowest_free).max(highest_free);
            lowest_free = y - APART;
            view! { <text class="direct" x="100%" dx="8" y=percent(y)>{word}</text> }
        })
        .collect_view()
}

/// Lines at round amounts, at most five above zero.
fn grid(bars: &[MonthBar], scale: Scale) -> impl IntoView + use<> {
    let currency = bars.first().map_or(domain::Currency::USD, |bar| bar.paid.currency);
    let step = scale.step;
    let lines = (1..=scale.top / step)
        .map(|number| {
            let y = percent(scale.at(step * number));
            view! {
                <line class="grid-line" x1="0" x2="100%" y1=y.clone() y2=y.clone()></line>
                <text x="0" dx="-8" y=y dy="4" text-anchor="end">{compact(Money::new(step * number, currency))}</text>
            }
        })
        .collect_view();
    let zero = percent(scale.at(0));
    view! {
        {lines}
        <line class="grid-line zero" x1="0" x2="100%" y1=zero.clone() y2=zero></line>
    }
}

/// 1, 2 or 5 times a power of ten, so that at most four steps fit below the tallest.
fn round_step(top: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if top / step <= 4 {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// "$4k", "€1.5M", "$2B": for axes.
fn compact(amount: Money) -> String {
    let unit = 10_i64.pow(u32::from(amount.currency.exponent()));
    let sign = amount.currency.symbol().map_or_else(|| format!("{} ", amount.currency), str::to_owned);
    let tenths = |per: i128| {
        let value = i128::from(amount.minor) * 10 / (i128::from(unit) * per);
        if value % 10 == 0 { (value / 10).to_string() } else { format!("{}.{}", value / 10, value % 10) }
    };
    match amount.minor / unit {
        whole @ 0..1_000 if whole * unit == amount.minor => format!("{sign}{whole}"),
        0..1_000 => amount.display(),
        1_000..1_000_000 => format!("{sign}{}k", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{sign}{}M", tenths(1_000_000)),
        _ => format!("{sign}{}B", tenths(1_000_000_000)),
    }
}

#[component]
fn NumbersTable(title: String, bars: Vec<MonthBar>) -> impl IntoView {
    // A part that no month has needs no column.
    let used: Vec<&'static str> = bars.iter().flat_map(parts).map(|part| part.1).collect();
    let words = bars.first().into_iter().flat_map(all_parts).map(|part| part.1).filter(|word| used.contains(word));
    let labels: String = words.map(|word| format!("|#{word}")).collect();
    let rows = bars
        .into_iter()
        .map(|bar| {
            let shown = all_parts(&bar).filter(|part| used.contains(&part.1));
            let cells = shown
                .map(|part| {
                    let class = if part.2.minor == 0 { "c-num c-hide" } else { "c-num" };
                    view! { <td class=class data-label=part.1>{part.2.display()}</td> }
                })
                .collect_view();
            view! {
                <tr>
                    <th class="c-main" scope="row">{bar.month.long()}</th>
                    {cells}
                    <td class="c-amount">{bar.total().display()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame label=title compact=true>
            <TableHead labels=format!("Month{labels}|#Total")/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Currency;

    #[test]
    fn axes_are_round() {
        assert_eq!(round_step(1), 1);
        assert_eq!(round_step(0), 1);
        assert_eq!(round_step(1_120_000), 500_000);
        assert_eq!(compact(Money::new(400_000, Currency::USD)), "$4k");
        assert_eq!(compact(Money::new(150_000_000, Currency::EUR)), "€1.5M");
        assert_eq!(compact(Money::new(2_000, Currency::USD)), "$20");
        assert_eq!(compact(Money::new(50, Currency::USD)), "$0.50");
        assert_eq!(compact(Money::new(i64::MAX, Currency::USD)), "$92233720.3B");
        assert!(round_step(i64::MAX) > 0);
    }

    #[test]
    fn amounts_lie_between_top_and_bottom() {
        let scale = Scale { step: 100, top: 300, bottom: -100 };
        assert_eq!((scale.at(300), scale.at(0), scale.at(-100)), (0, 7_500, 10_000));
        assert_eq!(percent(7_505), "75.05%");
    }
}
