//! A file may be large: what reading it takes does not grow with it.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::harness::Program;

/// Sales of customers that do not exist, in no order of time: read, sorted and checked whole, and then refused.
fn write_sales(program: &Program, name: &str, rows: u32) {
    let mut file = BufWriter::new(std::fs::File::create(program.path(name)).unwrap());
    file.write_all(b"key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of\n").unwrap();
    let mut row = String::new();
    for number in 0..rows {
        row.clear();
        let (day, hour) = (number.wrapping_mul(2_654_435_761) % 28 + 1, number % 24);
        writeln!(row, "sale-{number:08},customer-{:04},19.99,USD,2026-02-{day:02}T{hour:02}:00:00Z,plan,,", number % 1000).unwrap();
        file.write_all(row.as_bytes()).unwrap();
    }
    file.flush().unwrap();
}

/// The most memory that the process has had when it ends, in bytes.
fn peak(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = kilobytes.map_or(peak, |kilobytes| kilobytes * 1024);
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_file() {
    const MB: u64 = 1 << 20;
    let program = Program::with_company();
    let measured = [300_000, 900_000].map(|rows| {
        let name = format!("{rows}.csv");
        write_sales(&program, &name, rows);
        let mut child = program
            .command(&["import", "transactions", &name, "--company", "northwind"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let peak = peak(&mut child);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("{rows} of {rows} rows are wrong; nothing was imported")), "{said}");
        assert!(said.contains("there is no customer “customer-0000”") && said.contains(&format!("and {} more", rows - 50)), "{said}");
        (std::fs::metadata(program.path(&name)).unwrap().len(), peak)
    });
    let [(small, few), (large, many)] = measured;
    assert!(small > 15 * MB && large > 50 * MB, "files of {small} and {large} bytes");
    assert!(many < few + 24 * MB, "{few} bytes of memory for {small} bytes of file, {many} for {large}");
}

/// Rows of which half cannot be read and half belong to nobody; all of them are left out.
#[cfg(target_os = "linux")]
#[test]
fn nor_does_it_with_the_rows_that_are_left_out() {
    const MB: u64 = 1 << 20;
    let program = Program::with_company();
    let [few, many] = [100_000, 400_000].map(|rows| {
        write_sales(&program, "sales.csv", rows);
        let text = std::fs::read_to_string(program.path("sales.csv")).unwrap().replace("9,customer-", "9,,customer-");
        program.file("sales.csv", text);
        let rest = format!("{rows}.rest.csv");
        let import = ["import", "transactions", "sales.csv", "--company", "northwind", "--skip-bad", "--rejects", &rest];
        let mut child = program.command(&import).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let peak = peak(&mut child);
        let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        assert!(said.contains(&format!("{rows} left out")), "{said}");
        let rest = std::fs::read_to_string(program.path(&rest)).unwrap();
        assert_eq!(rest.lines().count(), rows as usize + 1);
        assert!(rest.contains("has 9 fields instead of 8") && rest.contains("there is no customer"), "both kinds");
        peak
    });
    assert!(many < few + 24 * MB, "{few} bytes of memory for few rows, {many} for many");
}

/// A header of a million columns, quotation marks without end.
#[cfg(target_os = "linux")]
#[test]
fn nor_does_it_with_columns_and_lines_that_never_end() {
    const MB: u64 = 1 << 20;
    let program = Program::with_company();
    let read = |content: &[u8]| {
        program.file("hostile.csv", content);
        let import = ["import", "partners", "hostile.csv", "--company", "northwind"];
        let mut child = program.command(&import).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let peak = peak(&mut child);
        (peak, String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap())
    };
    let (least, _) = read(b"partner_key\n");
    for (content, says) in [
        (b"column,".repeat(1_000_000), "row 1 is longer than 1 MiB"),
        (b",".repeat(1_000_000), "row 1 has 1000001 columns; a file can have 1000"),
        ([&b"partner_key\nacme\n\""[..], &b"x\n".repeat(30 << 20)].concat(), "row 3 is longer than 1 MiB; is a quotation mark not closed?"),
    ] {
        let (peak, said) = read(&content);
        assert!(said.contains(says), "{said}");
        assert!(peak < least + 48 * MB, "{says}: {peak} bytes of memory, {least} for a small file");
    }
}
