import { owner } from '../support/people.ts';
import { unfoldFilters } from '../support/filters.ts';
import { expect, test } from '../support/test.ts';

test('a review works before the client has loaded', async ({ page, signIn }) => {
    await signIn(owner);
    // Sales of a month that no other test adds to.
    await page.goto('/rewards?status=pending&source=transaction&month=2026-10');
    const boxes = page.getByRole('checkbox', { name: /^Select .* for / });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    const bar = page.getByRole('region', { name: 'Selected rewards' });
    await bar.locator('[command=show-modal][commandfor=bulk-hold]').click();
    await page.locator('#bulk-hold').getByRole('button', { name: 'Put on hold' }).click();
    await expect(page.getByRole('alert').first()).toContainText('Say why');
    // What was selected still is.
    await expect(boxes.nth(0)).toBeChecked();
    await expect(boxes.nth(1)).toBeChecked();
    await bar.locator('[command=show-modal][commandfor=bulk-hold]').click();
    await page.locator('#bulk-hold').getByLabel('Reason').fill('Checking both orders');
    await page.locator('#bulk-hold').getByRole('button', { name: 'Put on hold' }).click();
    await expect(page.getByText('Put 2 rewards on hold.')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Undid the decision on 2 rewards.')).toBeVisible();
});

test('rewards are filtered before the client has loaded', async ({ page, signIn }) => {
    await signIn(owner);
    await page.goto('/rewards?month=all');
    const partner = (await page.locator('tbody .row-link').first().textContent()) ?? '';
    await unfoldFilters(page);
    await page.getByRole('combobox', { name: 'Partner' }).fill(partner);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.waitForURL(/partner=/);
    const names = async () => [...new Set(await page.locator('tbody .row-link').allTextContents())];
    await expect.poll(names).toEqual([partner]);
});
