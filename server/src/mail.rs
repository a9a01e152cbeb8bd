//! Mail that leaves as files: one .eml per message, named so that a message written twice is one file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use data::work::{Mailer, QueuedMail};
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;

pub struct MailFolder {
    folder: PathBuf,
}

impl MailFolder {
    pub fn new(folder: impl Into<PathBuf>) -> MailFolder {
        MailFolder { folder: folder.into() }
    }
}

/// Drafts this old belong to a process that was killed while it wrote them.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

/// Removes drafts that no process finishes any more. Returns how many.
pub fn remove_abandoned(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let is_abandoned = |path: &Path| {
        let age = std::fs::metadata(path).and_then(|file| file.modified()).ok().and_then(|at| at.elapsed().ok());
        path.extension().is_some_and(|ending| ending == "part") && age.is_some_and(|age| age >= ABANDONED_AFTER)
    };
    entries.flatten().map(|entry| entry.path()).filter(|path| is_abandoned(path) && std::fs::remove_file(path).is_ok()).count()
}

#[async_trait]
impl Mailer for MailFolder {
    async fn deliver(&self, mail: &QueuedMail) -> Result<(), String> {
        let content = compose(mail)?;
        let target = self.folder.join(file_name(mail));
        write_whole(&target, &content).await.map_err(|error| format!("{}: {error}", target.display()))
    }
}

/// Sorts by when it was written, and tells what it is: "20260401T040000Z-invoice_in_review-….eml".
fn file_name(mail: &QueuedMail) -> String {
    let written = mail.written_at.utc().format("%Y%m%dT%H%M%SZ");
    let kind: String = mail.kind.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    format!("{written}-{kind}-{}.eml", mail.id.simple())
}

fn compose(mail: &QueuedMail) -> Result<Vec<u8>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("the email to {} cannot be written: {error}", mail.recipient);
    let sender: Mailbox = "Tributary <no-reply@tributary.localhost>".parse().map_err(|error| wrong(&error))?;
    let recipient: Mailbox = mail.recipient.parse().map_err(|error| wrong(&error))?;
    let message = Message::builder()
        .from(sender)
        .to(recipient)
        .subject(&mail.subject)
        .date(mail.written_at.utc().into())
        .message_id(Some(format!("<{}@tributary.localhost>", mail.id.simple())))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
        .map_err(|error| wrong(&error))?;
    Ok(message.formatted())
}

/// A reader never sees half a file.
async fn write_whole(target: &Path, content: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = target.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let draft = target.with_extension(format!("{}.part", std::process::id()));
    tokio::fs::write(&draft, content).await?;
    tokio::fs::rename(&draft, target).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::Instant;
    use uuid::Uuid;

    fn mail() -> QueuedMail {
        QueuedMail {
            id: Uuid::from_u128(7),
            company_id: None,
            kind: "invoice_in_review".to_owned(),
            recipient: "owner@northwind.example".to_owned(),
            subject: "Invoice N-0001 is ready — review it".to_owned(),
            body: "Hello Ada,\n\n€5.00\n".to_owned(),
            written_at: Instant::parse("2026-04-01T04:00:00Z").unwrap(),
        }
    }

    #[tokio::test]
    async fn a_mail_delivered_twice_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = MailFolder::new(folder.path().join("mail"));
        mailer.deliver(&mail()).await.unwrap();
        mailer.deliver(&mail()).await.unwrap();
        let names: Vec<String> =
            std::fs::read_dir(folder.path().join("mail")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names, ["20260401T040000Z-invoice_in_review-00000000000000000000000000000007.eml"]);
        let text = std::fs::read_to_string(folder.path().join("mail").join(&names[0])).unwrap();
        assert!(text.contains("To: owner@northwind.example\r\n"), "{text}");
        assert!(text.contains("Date: Wed, 01 Apr 2026 04:00:00 +0000\r\n"), "{text}");
        assert!(text.contains("Message-ID: <00000000000000000000000000000007@tributary.localhost>\r\n"), "{text}");
    }

    #[test]
    fn drafts_of_killed_processes_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::now() - ABANDONED_AFTER;
        for (name, at) in [("a.1.part", Some(old)), ("b.2.part", None), ("c.eml", Some(old))] {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            if let Some(at) = at {
                file.set_modified(at).unwrap();
            }
        }
        assert_eq!(remove_abandoned(folder.path()), 1);
        assert!(!folder.path().join("a.1.part").exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_refused() {
        let mailer = MailFolder::new("unused");
        let broken = QueuedMail { recipient: "nobody".to_owned(), ..mail() };
        assert!(mailer.deliver(&broken).await.unwrap_err().contains("nobody"));
    }
}
