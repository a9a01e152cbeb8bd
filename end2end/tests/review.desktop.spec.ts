import { owner } from '../support/people.ts';
import { expect, ready, test } from '../support/test.ts';

test('a review goes by the keyboard alone', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await expect(page.getByText('1 selected')).toBeVisible();
    await page.keyboard.press('h');
    const dialog = page.getByRole('dialog', { name: 'Put the selected rewards on hold' });
    await dialog.getByLabel('Reason').fill('Checking the order');
    await dialog.getByRole('button', { name: 'Put on hold' }).click();
    await expect(page.getByText('Put 1 reward on hold.')).toBeVisible();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('a key decides about the row under the cursor, and the cursor goes on', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const cursor = page.locator('tbody tr.at .row-link');
    const ticked = page.locator('.c-select input[name]:checked');
    await page.keyboard.press('j');
    await page.keyboard.press('d');
    await expect(page.getByRole('dialog', { name: 'Decline' })).toContainText(/^.*1 reward, /);
    await page.keyboard.press('Escape');
    await expect(ticked).toHaveCount(0);
    for (let row = 0; row < 12; row++) await page.keyboard.press('j');
    const decided = (await cursor.getAttribute('href')) ?? '';
    const next = (await page.locator('tbody tr.at + tr .row-link').getAttribute('href')) ?? '';
    const scrolled = await page.evaluate(() => window.scrollY);
    await page.keyboard.press('a');
    await expect(page.getByText('Approved 1 reward.')).toBeVisible();
    await expect(page.locator(`tbody .row-link[href="${decided}"]`)).toHaveCount(0);
    await expect(cursor).toHaveAttribute('href', next);
    expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
});

test('the box over the rows says whether all or some are selected', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const all = page.getByRole('checkbox', { name: 'Select all on this page' });
    const row = page.locator('.c-select input[name]').first();
    await row.check();
    await expect(all).toHaveJSProperty('indeterminate', true);
    await all.check();
    await expect(page.locator('.c-select input[name]:not(:checked)')).toHaveCount(0);
    await expect(all).toHaveJSProperty('indeterminate', false);
    await row.uncheck();
    await expect(all).not.toBeChecked();
    await expect(all).toHaveJSProperty('indeterminate', true);
});

test('in the drawer the keys go from reward to reward', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    const links = await page.locator('tbody .row-link').evaluateAll((all) => all.slice(0, 4).map((link) => link.getAttribute('href') ?? ''));
    const at = (place: number) => new RegExp(`${links[place].split('?')[0]}(\\?|$)`);
    await page.locator('tbody .row-link').first().click();
    await expect(page).toHaveURL(at(0));
    await page.keyboard.press('j');
    await expect(page).toHaveURL(at(1));
    await page.keyboard.press('k');
    await expect(page).toHaveURL(at(0));
    await expect(page.locator('aside.drawer').getByRole('button', { name: 'Approve' })).toBeVisible();
    await page.keyboard.press('a');
    await expect(page.getByText('Approved 1 reward.')).toBeVisible();
    await expect(page).toHaveURL(at(1));
});

test('a closed drawer stays closed on the way back', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/customers');
    await gotoReady('/rewards?status=pending&month=2026-10');
    const list = page.url();
    for (const closing of ['Escape', 'link']) {
        await page.locator('tbody .row-link').first().click();
        await expect(page.locator('aside.drawer')).toBeVisible();
        await page.keyboard.press('j');
        await expect(page.locator('aside.drawer')).toBeVisible();
        if (closing === 'Escape') await page.keyboard.press('Escape');
        else await page.getByRole('link', { name: 'Close' }).click();
        await expect(page).toHaveURL(list);
        await expect(page.locator('aside.drawer')).toHaveCount(0);
    }
    await page.goBack();
    await expect(page).toHaveURL(/customers$/);
});

test('a reward opened by its address closes to its list', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/rewards?status=pending&month=2026-10');
    const address = (await page.locator('tbody .row-link').first().getAttribute('href')) ?? '';
    await page.goto(address);
    await ready(page);
    await expect(page.locator('.drawer-page')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/\/rewards(\?|$)/);
    await expect(page.getByRole('heading', { level: 1, name: 'Review Rewards' })).toBeVisible();
});

test('a reward closes to where it was opened', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/partners');
    await page.locator('tbody .row-link').first().click();
    await page.getByRole('navigation', { name: 'Partner Details' }).getByRole('link', { name: 'Rewards' }).click();
    await expect(page).toHaveURL(/partners\/[^/]+\/rewards$/);
    const tab = page.url();
    await page.locator('tbody .row-link').first().click();
    await expect(page).toHaveURL(/rewards\/rwd/);
    await page.getByRole('link', { name: 'Close' }).click();
    await expect(page).toHaveURL(tab);
    await expect(page.locator('tbody .row-link').first()).toBeVisible();
});
