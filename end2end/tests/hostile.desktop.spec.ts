import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { csv } from '../support/company.ts';
import { sam } from '../support/people.ts';
import { expect, ready, test } from '../support/test.ts';
import { tryFile } from '../support/steps.ts';

/**
 * Markup in every field, as a browser sees it: nothing of it runs, loads, leads away or is an element, and every page comes to life.
 * ATTACK=all looks at every payload on every page; otherwise each payload is on one page of its own, and all of them on every list.
 */
test.use({ alone: 'sandbox' });
test.describe.configure({ timeout: 1_800_000 });

const payloads = JSON.parse(readFileSync(join(import.meta.dirname, '../support/payloads.json'), 'utf8')) as string[];
const all = process.env.ATTACK === 'all';

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const partnerKey = (number: number) => `p${number} ${payloads[number]}`;
const customerKey = (number: number) => `c${number} ${payloads[number]}`;

/** A key in an address, as links have it. */
const segment = (key: string) => encodeURIComponent(key.replaceAll(/[~%/\\]/g, (letter) => `~${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`));

/** Elements and attributes that no page of ours has. */
function foreign(): string[] {
    const found: string[] = [];
    for (const element of document.querySelectorAll('*')) {
        const name = element.localName;
        if (/^(base|iframe|object|embed|style|math|marquee|video|audio|slot|xmp|plaintext|noscript|template)$/.test(name) || name.includes('qz7')) {
            found.push(`<${name}>`);
        }
        for (const attribute of element.attributes) {
            const leads = /^(href|xlink:href|src|action|formaction)$/.test(attribute.name);
            const ours = attribute.value === '' || /^(#|\?|\/(?![/\\]))/.test(attribute.value);
            if (attribute.name.includes('qz7') || attribute.name.startsWith('on') || attribute.name === 'srcdoc' || attribute.name === 'http-equiv' || (leads && !ours)) {
                found.push(`<${name} ${attribute.name}="${attribute.value}">`);
            }
        }
    }
    if (document.querySelectorAll('title').length - document.querySelectorAll('svg title').length !== 1) {
        found.push('another title');
    }
    if ('ran' in window) {
        found.push('a script ran');
    }
    return found;
}

/** Notes what a payload does. */
async function watch(context: BrowserContext, own: string, done: string[]): Promise<void> {
    await context.addInitScript('window.qz7 = () => { window.ran = true; };');
    context.on('dialog', (dialog) => {
        done.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
    });
    context.on('page', (page) => done.push(`a window: ${page.url()}`));
    await context.route(
        (url) => !url.href.startsWith(own) && !url.protocol.startsWith('data'),
        async (route) => {
            done.push(`a request: ${route.request().url()}`);
            await route.abort();
        },
    );
}

async function look(page: Page, path: string, done: string[]): Promise<void> {
    await page.goto(path);
    await ready(page);
    const found = await page.evaluate(foreign);
    done.push(...found.map((fault) => `${path}: ${fault}`));
    // An address without a place leads to the only one.
    const rest = decodeURIComponent(path.replace(/\?.*/, '')).replace(/^\/partner(?=\/|$)/, '').replace(/^\/$/, '');
    if (!decodeURIComponent(new URL(page.url()).pathname).endsWith(rest)) {
        done.push(`${path} led to ${page.url()}`);
    }
}

test('nothing that somebody is called does anything', async ({ page, context, server, company, signIn, gotoReady }) => {
    const done: string[] = [];
    const rows = payloads.map((payload, number) => ({ payload: cell(payload), number }));
    await company.import('partners', ...rows.map(({ payload, number }) => `${cell(partnerKey(number))},${payload},p${number}@a.example,${payload},${payload},affiliates`));
    await signIn(sam);
    await watch(context, server.url, done);
    // By the screen, as files from outside come in.
    await gotoReady('/settings/import');
    const customers = rows.map(({ payload, number }) => `${cell(customerKey(number))},${payload},c${number}@a.example,${cell(partnerKey(number))},2026-01-05T10:00:00Z`);
    await tryFile(page, 'customers', `${payloads.find((payload) => payload.startsWith('<img src=x'))?.replaceAll('/', '')}.csv`, csv('customers', ...customers));
    done.push(...(await page.evaluate(foreign)));
    await page.getByRole('button', { name: /^Import \d+ rows/ }).click();
    await expect(page.getByRole('button', { name: /^Import \d/ })).toHaveCount(0);
    await company.import('transactions', ...rows.map(({ payload, number }) => `${cell(`s${number} ${payloads[number]}`)},${cell(customerKey(number))},10.00,USD,2026-03-03T09:00:00Z,${payload},${payload},`));
    await company.import('rewards', ...rows.map(({ payload, number }) => `${cell(partnerKey(number))},5.00,USD,${payload},${cell(customerKey(number))}`));

    for (const path of ['/', '/partners', '/customers', '/rewards', '/rewards?month=all', '/invoices', '/settings', '/settings/audit', '/search?q=qz7', '/offers']) {
        await look(page, path, done);
    }
    const rewards = await company.export('rewards');
    for (const [number, payload] of payloads.entries()) {
        const partner = segment(partnerKey(number));
        const customer = segment(customerKey(number));
        const text = encodeURIComponent(payload);
        const reward = rewards.filter((reward) => reward.customer_key === customerKey(number)).at(number % 2);
        const paths = [
            `/partners/${partner}`,
            `/partners/${partner}/edit`,
            `/partners/${partner}/manual-reward`,
            `/partners/${partner}/rewards`,
            `/partners/${partner}/transactions`,
            `/partners/${partner}/activity`,
            `/customers/${customer}`,
            `/customers/${customer}/edit`,
            `/customers/${customer}/sale`,
            `/customers/${customer}/attribution`,
            `/rewards/${String(reward?.key)}`,
            `/rewards?q=${text}&partner=${text}`,
            `/search?q=${text}`,
            `/customers?q=${text}`,
        ];
        for (const path of all ? paths : [paths[number % paths.length] ?? '/']) {
            await look(page, path, done);
        }
    }
    expect(done).toEqual([]);
});

test('nothing that a form is filled with does anything', async ({ page, context, server, company, signIn, gotoReady }) => {
    const done: string[] = [];
    const partner = await company.partner('plain');
    await signIn(sam);
    await watch(context, server.url, done);
    const chosen = payloads.filter((_, number) => all || number % 8 === 0);
    for (const [number, payload] of chosen.entries()) {
        await gotoReady('/customers/new');
        await page.locator('input[name=customer_key]').fill(`f${number} ${payload}`);
        await page.locator('input[name=name]').fill(payload);
        await page.locator('input[name=email]').fill(`f${number}@a.example`);
        await page.getByRole('button', { name: 'Add the customer' }).click();
        await page.waitForURL((url) => !url.pathname.endsWith('/customers/new'));
        await ready(page);
        done.push(...(await page.evaluate(foreign)));
        // What a step inside the client shows, and its title.
        await expect(page).toHaveTitle(`${payload} · Tributary`);
        await page.reload();
        await ready(page);
        await expect(page).toHaveTitle(`${payload} · Tributary`);
        done.push(...(await page.evaluate(foreign)));
    }
    await company.import('rewards', ...payloads.map((payload) => `${partner.key},5.00,USD,${cell(payload)},`));
    await signIn(await company.person(partner));
    for (const path of ['/partner', '/partner/commissions', '/partner/customers', '/partner/more']) {
        await look(page, path, done);
    }
    const rewards = await company.export('rewards');
    for (const reward of rewards.filter((reward, number) => reward.partner_key === partner.key && (all || number % 8 === 0))) {
        await look(page, `/partner/commissions/${String(reward.key)}`, done);
    }
    expect(done).toEqual([]);
});
