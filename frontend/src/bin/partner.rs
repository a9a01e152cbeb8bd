//! The client of the partner's portal.

fn main() {
    frontend::hydrate(app::PartnerApp);
}
