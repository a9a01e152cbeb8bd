import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from './people.ts';
import { type Server, run, runWith } from './server.ts';

export type Kind = 'partners' | 'customers' | 'attributions' | 'transactions' | 'rewards' | 'reviews';

/** The header of each kind of file. */
const HEADERS: Record<Kind, string> = {
    partners: 'partner_key,name,email,first_name,last_name,group',
    customers: 'customer_key,name,email,partner_key,created_at',
    attributions: 'customer_key,partner_key,from',
    transactions: 'key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of',
    rewards: 'partner_key,amount,currency,description,customer_key',
    reviews: 'reward_key,decision,reason',
};

/** Something with a key of its own. */
export interface Named {
    key: string;
    name: string;
}

/** Counts over all tests of a worker, which share a database. */
let made = 0;

/** A CSV file's text. */
export function csv(kind: Kind, ...rows: string[]): string {
    return `${[HEADERS[kind], ...rows].join('\n')}\n`;
}

/** A company that is being tested. Everything is brought in by the command line, as another system would. */
export class Company {
    readonly server: Server;
    readonly key: string;

    constructor(server: Server, key: string) {
        this.server = server;
        this.key = key;
    }

    /** A word that no other row of this database has, nor begins with. */
    unique(word: string): string {
        made += 1;
        return `${word}-${String(made).padStart(4, '0')}`;
    }

    async import(kind: Kind, ...rows: string[]): Promise<void> {
        const path = join(this.server.folder, `${this.unique(kind)}.csv`);
        writeFileSync(path, csv(kind, ...rows));
        await run(this.server.database, 'import', kind, path, '--company', this.key);
    }

    /** A partner whom no other test knows; the demo's affiliates earn 25% for 12 months by now, the sandbox's 20%. */
    async partner(word: string, group = 'affiliates'): Promise<Named> {
        const key = this.unique(word);
        const name = `Partner ${key}`;
        await this.import('partners', `${key},${name},${key}@partner.example,,,${group}`);
        return { key, name };
    }

    /** A customer since July, brought by the partner. */
    async customer(word: string, partner: Named | undefined, since = '2026-07-01T12:00:00Z'): Promise<Named> {
        const key = this.unique(word);
        const name = `Customer ${key}`;
        await this.import('customers', `${key},${name},${key}@customer.example,${partner?.key ?? ''},${since}`);
        return { key, name };
    }

    /** A sale in the company's currency; its key. */
    async sale(customer: Named, amount: string, when = '2026-11-03T10:00:00Z'): Promise<string> {
        const key = this.unique('order');
        await this.import('transactions', `${key},${customer.key},${amount},USD,${when},,,`);
        return key;
    }

    /** Somebody who signs in for the partner. */
    async person(partner: Named): Promise<Person> {
        const email = `${partner.key}@person.example`;
        const who = ['--email', email, '--company', this.key, '--role', 'owner', '--partner', partner.key];
        await runWith('partner-password', this.server.database, 'user', 'add', ...who, '--password-stdin');
        return { email, password: 'partner-password', side: '/p/' };
    }

    /** Changes the company by its programme file; `lines` stand under `[company]`. */
    async apply(lines: string): Promise<void> {
        const program = await run(this.server.database, 'program', 'export', '--company', this.key);
        const names = lines.split('\n').map((line) => line.split(' ')[0] ?? '');
        const kept = program.split('\n').filter((line) => !names.some((name) => line.startsWith(`${name} `)));
        const path = join(this.server.folder, `${this.unique('programme')}.toml`);
        writeFileSync(path, kept.join('\n').replace('[company]', `[company]\n${lines}`));
        await run(this.server.database, 'program', 'apply', path);
    }

    /** What an export says, line by line. */
    async export(what: string): Promise<Record<string, unknown>[]> {
        const text = await run(this.server.database, 'export', what, '--company', this.key, '--format', 'jsonl');
        return text.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
    }
}
