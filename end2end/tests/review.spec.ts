import type { Page } from '@playwright/test';
import { owner } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

/** How many rewards a tab says it has. */
async function count(page: Page, tab: string): Promise<number> {
    const text = await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: tab }).locator('.count').textContent();
    return Number(text);
}

test.beforeEach(async ({ signIn }) => {
    await signIn(owner);
});

test('rewards are approved together, and the decision is taken back', async ({ page, gotoReady }) => {
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
    await expect(page.getByText('Took the decision on 2 rewards back.')).toBeVisible();
    await expect.poll(() => count(page, 'New')).toBe(before);
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
    await page.getByRole('button', { name: 'Take the last decision back' }).click();
    await expect(page.locator('.lead-figure .badge')).toHaveText('New');
});

test('a drawer that is out of date says so and keeps what was typed', async ({ page, context, gotoReady }) => {
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const path = ((await page.locator('.row-link').nth(2).getAttribute('href')) ?? '').split('?')[0] ?? '';
    await gotoReady(path);
    const other = await context.newPage();
    await other.goto(path);
    await other.locator('html[data-hydrated]').waitFor({ state: 'attached' });
    await other.getByRole('button', { name: 'Approve' }).click();
    await expect(other.getByText('Approved 1 reward.')).toBeVisible();
    await other.close();

    await page.locator('[command=show-modal][commandfor=hold]').click();
    const dialog = page.getByRole('dialog', { name: /^Hold / });
    await dialog.getByLabel('Reason').fill('Looks like a duplicate');
    await dialog.getByRole('button', { name: 'Hold this reward' }).click();
    await expect(dialog.getByRole('alert')).toContainText('decided about this reward meanwhile');
    await expect(dialog.getByLabel('Reason')).toHaveValue('Looks like a duplicate');
});

test('filters are the address, and totals follow them', async ({ page, gotoReady, checkAccessibility }) => {
    await gotoReady('/rewards');
    await checkAccessibility();
    await page.getByRole('combobox', { name: 'Currency' }).selectOption('JPY');
    await page.waitForURL(/currency=JPY/);
    await expect(page.locator('.totals')).toContainText('¥');
    await expect(page.locator('.totals')).not.toContainText('$');
    await page.getByRole('textbox', { name: 'Amount from' }).fill('999999');
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect(page.getByRole('heading', { name: 'No reward matches' })).toBeVisible();
    await page.goBack();
    await expect(page.locator('tbody tr').first()).toBeVisible();
});
