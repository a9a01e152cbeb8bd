import type { Page } from '@playwright/test';
import { sendFilters, unfoldFilters } from '../support/filters.ts';
import { owner } from '../support/people.ts';
import { expect, ready, test } from '../support/test.ts';

/** How many rewards a tab says it has. */
async function count(page: Page, tab: string): Promise<number> {
    const text = await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: tab }).locator('.count').textContent();
    return Number(text);
}

test.beforeEach(async ({ signIn }) => {
    await signIn(owner);
});

test('rewards are approved together, and the decision is undone', async ({ page, gotoReady }) => {
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const before = await count(page, 'New');
    const boxes = page.getByRole('checkbox', { name: /^Select .* for / });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await expect(page.getByText('2 selected')).toBeVisible();
    await page.getByRole('region', { name: 'Selected rewards' }).getByRole('button', { name: 'Approve' }).click();
    await expect(page.getByText('Approved 2 rewards.')).toBeVisible();
    await expect.poll(() => count(page, 'New')).toBe(before - 2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Undid the decision on 2 rewards.')).toBeVisible();
    await expect.poll(() => count(page, 'New')).toBe(before);
});

test('a tick is of its row: another filter has none of it', async ({ page, gotoReady }) => {
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const boxes = page.getByRole('checkbox', { name: /^Select .* for / });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await expect(page.getByText('2 selected')).toBeVisible();
    const ticked = await boxes.nth(0).getAttribute('value');
    await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: 'Approved' }).click();
    await page.waitForURL(/status=approved/);
    await expect(page.locator(`.c-select input[value="${ticked}"]`)).toHaveCount(0);
    await expect(page.locator('.c-select input[name]:checked')).toHaveCount(0);
    await expect(page.getByText('2 selected')).toBeHidden();
});

test('a decline has to be explained, and says so in the reward', async ({ page, gotoReady, checkAccessibility }) => {
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    await page.locator('.row-link').last().click();
    await expect(page.getByRole('heading', { level: 1, name: /^Reward for / }).last()).toBeVisible();
    await page.locator('[command=show-modal][commandfor=decline]').click();
    const dialog = page.getByRole('dialog', { name: /^Decline / });
    await dialog.getByRole('button', { name: /^Decline / }).click();
    await expect(dialog.getByRole('alert')).toContainText('Say why');
    await dialog.getByLabel('Reason').fill('The order was a test');
    await dialog.getByRole('button', { name: /^Decline / }).click();
    await expect(page.getByText('Declined 1 reward.')).toBeVisible();
    await expect(page.locator('.lead-figure .badge')).toHaveText('Declined');
    await expect(page.locator('.activity')).toContainText('The order was a test');
    await checkAccessibility();
    await page.getByRole('button', { name: 'Undo the last decision' }).click();
    await expect(page.locator('.lead-figure .badge')).toHaveText('New');
});

test('a drawer that is out of date says so and keeps what was typed', async ({ page, context, gotoReady }) => {
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const path = ((await page.locator('.row-link').nth(2).getAttribute('href')) ?? '').split('?')[0] ?? '';
    await gotoReady(path);
    const other = await context.newPage();
    await other.goto(path);
    await ready(other);
    await other.getByRole('button', { name: 'Approve' }).click();
    await expect(other.getByText('Approved 1 reward.')).toBeVisible();
    await other.close();

    await page.locator('[command=show-modal][commandfor=hold]').click();
    const dialog = page.getByRole('dialog', { name: /^Hold / });
    await dialog.getByLabel('Reason').fill('Looks like a duplicate');
    await dialog.getByRole('button', { name: 'Hold this reward' }).click();
    await expect(dialog.getByRole('alert')).toContainText('This reward was approved by');
    await expect(dialog.getByLabel('Reason')).toHaveValue('Looks like a duplicate');
    // The drawer beneath shows how the reward stands now, and the decision can be taken on that.
    await expect(page.locator('.lead-figure .badge')).toHaveText('Approved');
    await expect(page.locator('.notice')).toContainText('This reward has changed meanwhile');
    await dialog.getByRole('button', { name: 'Hold this reward' }).click();
    await expect(page.getByText('Put 1 reward on hold.')).toBeVisible();
    await expect(page.locator('.lead-figure .badge')).toHaveText('On hold');
    await expect(page.locator('.notice')).toHaveCount(0);
});

test('a button of a drawer that is out of date says so and shows what was decided', async ({ page, context, gotoReady }) => {
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const path = ((await page.locator('.row-link').nth(4).getAttribute('href')) ?? '').split('?')[0] ?? '';
    await gotoReady(path);
    const other = await context.newPage();
    await other.goto(path);
    await ready(other);
    await other.locator('[command=show-modal][commandfor=decline]').click();
    await other.getByRole('dialog', { name: /^Decline / }).getByLabel('Reason').fill('The order was a test');
    await other.getByRole('dialog', { name: /^Decline / }).getByRole('button', { name: /^Decline / }).click();
    await expect(other.getByText('Declined 1 reward.')).toBeVisible();
    await other.close();

    await page.getByRole('button', { name: 'Approve' }).click();
    await expect(page.locator('.toasts')).toContainText('This reward was declined by');
    await expect(page.locator('.lead-figure .badge')).toHaveText('Declined');
    await expect(page.locator('.activity')).toContainText('The order was a test');
});

test('filters are the address, and totals follow them', async ({ page, gotoReady, checkAccessibility }) => {
    await gotoReady('/rewards');
    await checkAccessibility();
    await unfoldFilters(page);
    await page.getByRole('combobox', { name: 'Currency' }).selectOption('JPY');
    await sendFilters(page);
    await page.waitForURL(/currency=JPY/);
    await expect(page.locator('.totals')).toContainText('¥');
    await expect(page.locator('.totals')).not.toContainText('$');
    await unfoldFilters(page);
    await page.getByRole('textbox', { name: 'Amount from' }).fill('999999');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'No reward matches' })).toBeVisible();
    await page.goBack();
    await expect(page.locator('tbody tr').first()).toBeVisible();
});

test('a partner and a customer are found as one types', async ({ page, gotoReady }) => {
    await gotoReady('/rewards?month=all');
    const row = page.locator('tbody tr').first();
    const partner = (await row.locator('.row-link').textContent()) ?? '';
    await unfoldFilters(page);
    const field = page.getByRole('combobox', { name: 'Partner' });
    await field.pressSequentially(partner.slice(0, 6));
    // Each letter's answer moves the options; the whole name's is the last.
    await field.fill(partner);
    const options = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
    await expect(options).toHaveCount(1);
    await options.filter({ hasText: partner }).click();
    await sendFilters(page);
    await page.waitForURL(/partner=/);
    await expect(page.locator('.chips').first()).toContainText(`Partner: ${partner}`);
    const names = async () => [...new Set(await page.locator('tbody .row-link').allTextContents())];
    await expect.poll(names).toEqual([partner]);
});
