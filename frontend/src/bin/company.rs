//! The client of the company's console.

fn main() {
    frontend::hydrate(app::CompanyApp);
}
