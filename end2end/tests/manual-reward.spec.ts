import { owner, partner } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

test('a manual reward: found by search, explained, seen by the partner', async ({ page, gotoReady, signIn, checkAccessibility }, info) => {
    const what = `Backfill of a sale that was not tracked, ${info.project.name}`;
    await signIn(owner);
    await gotoReady('/partners?q=northern');
    await page.getByRole('link', { name: 'Northern Workshop' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Northern Workshop' })).toBeVisible();
    await page.getByRole('link', { name: 'Manual Rewards' }).click();
    await expect(page.getByRole('heading', { name: 'Manual Rewards' })).toBeVisible();
    await expect(page.getByText('Enter a detailed reward description.')).toBeVisible();
    await expect(page.getByText('Connect a customer when applicable.')).toBeVisible();
    await expect(page.getByText('Tell the partner when to expect their reward.')).toBeVisible();
    await checkAccessibility();

    await page.getByLabel('Description').fill(what);
    await page.getByRole('textbox', { name: 'Amount' }).fill('12.345');
    await page.getByRole('button', { name: 'Create Reward' }).click();
    await expect(page.getByText(/too many decimals/).first()).toBeVisible();
    await expect(page.getByLabel('Description')).toHaveValue(what);
    await page.getByRole('textbox', { name: 'Amount' }).fill('12.34');
    await page.getByRole('button', { name: 'Create Reward' }).dblclick();
    await expect(page.getByRole('status').getByText(/reward/i).first()).toBeVisible();

    await gotoReady('/partners/northern-workshop/rewards');
    await expect(page.getByText(what)).toHaveCount(1);
    await page.getByText(what).locator('xpath=ancestor::tr').getByText('$12.34').waitFor();

    await page.context().clearCookies();
    await signIn(partner);
    await gotoReady('/partner/commissions');
    await page.getByRole('link', { name: what }).click();
    await expect(page.getByText(/Estimated payment date \d/).first()).toBeVisible();
    await checkAccessibility();
});
