//! The document around every page.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use http::request::Parts;

use crate::routes::{CompanyApp, Part, PartnerApp, PublicApp};

/// The built files, as absolute paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    pub company: Client,
    pub partner: Client,
    pub css: String,
}

/// The client of one part of the product. Its build is named by its WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub js: String,
    pub wasm: String,
}

impl Assets {
    fn client(&self, part: Part) -> Option<&Client> {
        match part {
            Part::Company => Some(&self.company),
            Part::Partner => Some(&self.partner),
            Part::Public => None,
        }
    }
}

/// Links and forms work without the client, so it is fetched once what people look at is painted.
fn start(Client { js, wasm }: &Client) -> String {
    format!(
        "const start = () => {{ const module_or_path = fetch('{wasm}'); import('{js}').then((client) => client.default({{ module_or_path }})); }};\n\
         const painted = () => requestAnimationFrame(() => setTimeout(start));\n\
         document.readyState === 'complete' ? painted() : addEventListener('load', painted, {{ once: true }});"
    )
}

/// The whole page: server only.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    let part = use_context::<Parts>().map_or(Part::Public, |parts| Part::of_path(parts.uri.path()));
    let css = assets.css.clone();
    let client = assets.client(part).cloned();
    let build = client.as_ref().map(|client| client.wasm.clone());
    let load =
        client.map(|client| view! { <script type="module" nonce=use_nonce().map(|nonce| nonce.to_string())>{start(&client)}</script> });
    let app = match part {
        Part::Company => view! { <CompanyApp/> }.into_any(),
        Part::Partner => view! { <PartnerApp/> }.into_any(),
        Part::Public => view! { <PublicApp/> }.into_any(),
    };
    view! {
        <!DOCTYPE html>
        <html lang="en" data-build=build>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href=css/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                {load}
                {foreign(view! { <MetaTags/> })}
            </head>
            <body>{app}</body>
        </html>
    }
}
