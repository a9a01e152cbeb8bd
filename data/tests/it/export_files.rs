//! Exported files, byte for byte: programs read them, so columns and words stay as they are.

use data::act::Act;
use std::sync::Arc;
use std::time::Duration;

use data::due::run_until;
use data::on_both;
use data::rewards::ManualReward;
use exchange::exports::{Export, Format, Noun};

use crate::books::Post;
use crate::world::{BY, World, at};

async fn file(world: &World<'_>, noun: Noun, format: Format) -> String {
    let mut export = Export::begin(world.db.read(), world.company, noun, format).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = export.next_piece(world.db.read()).await.unwrap() {
        bytes.extend(piece);
    }
    String::from_utf8(bytes).unwrap()
}

on_both! {
    async fn files(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("c-1", Some("ada")).await;
        world.customer("c-2", None).await;
        world.sale("s-1", "c-1", "100.00", "2026-03-10T12:00:00Z").await;
        world.sale("s-2", "c-1", "59.99", "2026-03-10T12:00:01Z").await;
        world.sale("s-3", "c-2", "10.00", "2026-03-10T12:00:02Z").await;
        world.refund("r-1", "s-1", "25.00", "2026-03-10T12:00:03Z").await;
        let held = world.reward_key("s-2").await;
        data::rewards::hold(db, &Act::named(world.company, BY, world.now), &[held], "Is it = \"real\"?").await.unwrap();
        let given = ManualReward {
            partner_key: "bob".to_owned(),
            amount: "12.50".to_owned(),
            currency: "USD".to_owned(),
            description: "Webinar, April".to_owned(),
            ..ManualReward::default()
        };
        data::rewards::create_manual_reward(db, &Act::named(world.company, BY, world.now), &given, "form-1").await.unwrap();
        let worker = exchange::worker(db, Arc::new(Post::default()), Duration::from_secs(2));
        run_until(db, &worker, at("2026-04-12T12:00:00Z"), &|_, _| {}).await.unwrap();
        let mut files = Vec::new();
        for (format, name) in [(Format::Csv, "csv"), (Format::SpreadsheetCsv, "spreadsheet.csv"), (Format::JsonLines, "jsonl")] {
            for noun in Noun::ALL {
                files.push(format!("==== {}.{name}\n{}", noun.word(), file(&world, noun, format).await));
            }
        }
        // One snapshot for both databases.
        insta::assert_snapshot!("files", files.join("\n"));
    }
}
