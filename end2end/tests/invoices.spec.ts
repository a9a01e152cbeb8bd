import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { owner } from '../support/people.ts';
import { run } from '../support/server.ts';
import { said } from '../support/steps.ts';
import { expect, ready, test } from '../support/test.ts';

/** The cells of a CSV line without line breaks in it. */
function cells(line: string): string[] {
    return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), (cell) => cell[1] ?? cell[2] ?? '');
}

/** The first invoice in review, opened. */
async function inReview(page: Page, currency = 'USD'): Promise<string> {
    await page.goto('/invoices?status=in_review');
    const link = page.getByRole('region', { name: 'Invoices', exact: true }).getByRole('link', { name: new RegExp(`, ${currency}$`) });
    const path = (await link.getAttribute('href')) ?? '';
    await page.goto(path);
    await ready(page);
    return path;
}

test.beforeEach(async ({ signIn }) => {
    await signIn(owner);
});

test('the invoice in review opens to its lines, and one of them is removed', async ({ page, checkAccessibility }) => {
    const path = await inReview(page);
    await expect(page.getByText(/In review for \d+ more days · will be charged on \d+ \w+, /)).toBeVisible();
    await page.locator('tbody .row-link').first().click();
    await page.waitForURL(/partner=/);
    const opened = page.locator('tr.nested');
    await expect(opened).toBeVisible();
    await checkAccessibility();
    const lines = page.locator('#partners');
    const before = await lines.textContent();
    await opened.locator('.c-act button').first().click();
    await page.getByRole('button', { name: /^Remove .* from the invoice$/ }).first().click();
    await expect(page.getByText('Took 1 reward off the invoice.')).toBeVisible();
    await expect(lines).not.toHaveText(before ?? '');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(lines).toHaveText(before ?? '');
    expect(new URL(page.url()).pathname).toBe(path);
});

test('a pause names its reason until the invoice is resumed', async ({ page }) => {
    await inReview(page);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('button', { name: 'Pause the charge' }).click();
    const dialog = page.getByRole('dialog', { name: /^Pause / });
    await dialog.getByLabel('Reason').fill('Waiting for the books');
    await dialog.getByRole('button', { name: 'Pause the invoice' }).click();
    await expect(page.locator('.page-head .badge')).toHaveText('Paused');
    await expect(page.locator('.notice').first()).toContainText('Waiting for the books');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect(page.locator('.page-head .badge')).toHaveText('In review');
});

test('a manual reward goes straight onto the invoice', async ({ page }) => {
    await inReview(page);
    const partner = (await page.locator('tbody th.c-main small').first().textContent()) ?? '';
    await page.getByRole('button', { name: 'Give a manual reward' }).click();
    const dialog = page.getByRole('dialog', { name: 'Give a manual reward' });
    await dialog.getByLabel('Partner').fill(partner);
    await dialog.getByRole('option').filter({ hasText: partner }).first().click();
    await dialog.getByLabel('Amount').fill('12.345');
    await dialog.getByLabel('Description').fill('For the webinar in spring');
    await dialog.getByRole('button', { name: 'Create Reward' }).click();
    await expect(dialog.getByRole('alert')).toContainText('too many decimals');
    await dialog.getByLabel('Amount').fill('12.34');
    await dialog.getByRole('button', { name: 'Create Reward' }).click();
    await said(page, /^Created the reward on /);
    // It leads to the partner's lines, with the new one among them.
    await page.waitForURL((url) => url.searchParams.get('partner') === partner);
    await expect(dialog).toBeHidden();
    await expect(page.locator('tr.nested')).toContainText('For the webinar in spring');
});

test('a reward of the open month is moved onto the invoice, with what it was for and when it is paid', async ({ page, company, gotoReady }) => {
    const partner = await company.partner('mover');
    const customer = await company.customer('moved', partner);
    await company.sale(customer, '88.00');
    const path = await inReview(page);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('link', { name: 'Move rewards onto it' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Review Rewards' })).toBeVisible();
    await gotoReady(`/rewards?month=2026-11&currency=USD&partner=${partner.key}`);
    await page.getByRole('checkbox', { name: `Select $22.00 for ${partner.name}` }).check();
    const bar = page.getByRole('region', { name: 'Selected rewards' });
    await bar.getByRole('button', { name: 'More decisions' }).click();
    await page.getByRole('button', { name: 'Move to the October 2026 invoice' }).click();
    await said(page, 'Moved 1 reward onto the invoice in review.');

    await gotoReady(`${path}?partner=${partner.key}`);
    const lines = page.getByRole('table', { name: `Rewards of ${partner.name}` });
    await expect(lines.getByRole('row').filter({ hasText: customer.name }).last()).toContainText('$22.00');
    await lines.getByRole('button', { name: /^Actions for \$22\.00/ }).click();
    await page.getByRole('button', { name: `Remove $22.00 for ${partner.name} from the invoice` }).click();
    await said(page, 'Took 1 reward off the invoice.');
    await expect(lines).toHaveCount(0);
    await gotoReady(`/rewards?month=2026-11&currency=USD&partner=${partner.key}`);
    await expect(page.getByRole('checkbox', { name: `Select $22.00 for ${partner.name}` })).toBeVisible();
});

test('lines go into a spreadsheet, and sum up to the invoice', async ({ page }) => {
    await inReview(page);
    const total = (await page.getByRole('definition').first().textContent()) ?? '';
    await page.getByRole('button', { name: 'More actions' }).click();
    const link = page.getByRole('link', { name: 'Download lines as CSV' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const [header = '', ...lines] = readFileSync(await download.path(), 'utf8').trim().split(/\r?\n/);
    const column = header.replace('\ufeff', '').split(',').indexOf('amount');
    const cents = lines.reduce((sum, line) => sum + Math.round(Number(cells(line)[column]) * 100), 0);
    expect((cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' })).toBe(total.trim());
});

test('what accumulates is shown before it is invoiced, and every invoice prints', async ({ page, gotoReady, checkAccessibility }) => {
    await gotoReady('/invoices');
    await checkAccessibility();
    await page.getByRole('region', { name: 'Accumulating' }).last().getByRole('link', { name: /, USD$/ }).click();
    await expect(page.getByRole('heading', { level: 1, name: / so far, USD$/ })).toBeVisible();
    const path = await inReview(page, 'KWD');
    await gotoReady(`${path}/print`);
    await expect(page.getByRole('heading', { name: 'Partner reward invoice' })).toBeVisible();
    await expect(page.locator('.invoice-doc tfoot')).toContainText('Total');
    await checkAccessibility();
});

test.describe('with the clock in its hands', () => {
    test.use({ alone: 'demo' });

    test('after the charge nothing on it changes, and its digest says so', async ({ page, server, gotoReady }) => {
        await run(server.database, 'run-due', '--until', '2026-11-12T12:00:00Z');
        await gotoReady('/invoices');
        await page.getByRole('region', { name: 'Invoices', exact: true }).getByRole('link', { name: 'October 2026, USD' }).click();
        await expect(page.getByText(/^Frozen on 8 Nov 2026, 00:00/)).toBeVisible();
        await expect(page.locator('.digest')).toHaveText(/^[0-9a-f]{64}$/);
        await expect(page.getByRole('button', { name: 'Give a manual reward' })).toHaveCount(0);
        await expect(page.locator('td.c-status .badge').first()).toHaveText(/Paid|Sent/);
    });
});
