import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Person, both, harbour, sam } from './people.ts';
import { DATABASE, type Template, run, runWith } from './server.ts';

/** A company that has just begun, for tests that move the clock or must not meet other rows. */
const programme = `
[company]
key = "riverside"
name = "Riverside"
timezone = "America/New_York"
currency = "USD"

[[groups]]
key = "affiliates"
name = "Affiliates"

[[offers]]
key = "affiliates"
group = "affiliates"
description = "20% of every payment in a customer's first 12 months"

[[offers.triggers]]
key = "sale"
event = "transaction"
percent = "20"
limit = "12 months"
`;

/** Makes each database once; every server of the run works on a copy. */
export default async function globalSetup(): Promise<() => void> {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-templates-'));
    const database = (template: Template) => {
        mkdirSync(join(folder, template));
        return join(folder, template, DATABASE);
    };
    const demo = database('demo');
    await run(demo, 'demo');
    await add(demo, both, 'northwind');
    await add(demo, both, 'northwind', '--partner', 'northern-workshop');
    const sandbox = database('sandbox');
    await run(sandbox, 'init', '--sandbox', '--now', '2026-03-10T14:00:00Z');
    const production = database('production');
    await run(production, 'init');
    const file = join(folder, 'riverside.toml');
    writeFileSync(file, programme);
    const partners = join(folder, 'partners.csv');
    writeFileSync(partners, 'partner_key,name,email,first_name,last_name,group\nharbour,Harbour Media,hello@harbour.example,,,affiliates\n');
    for (const path of [sandbox, production]) {
        await run(path, 'program', 'apply', file);
        await run(path, 'import', 'partners', partners, '--company', 'riverside');
        await add(path, sam, 'riverside');
        await add(path, harbour, 'riverside', '--partner', 'harbour');
    }
    process.env.TRIBUTARY_TEMPLATES = folder;
    return () => rmSync(folder, { recursive: true, force: true });
}

async function add(database: string, person: Person, company: string, ...more: string[]): Promise<void> {
    const who = ['--email', person.email, '--company', company, '--role', 'owner', '--password-stdin'];
    await runWith(person.password, database, 'user', 'add', ...who, ...more);
}
