import { partner } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

test('a partner finds everything before the client has arrived', async ({ page, signIn }) => {
    await signIn(partner);
    const bar = page.getByRole('navigation', { name: 'Main' });
    await bar.getByRole('link', { name: 'Commissions' }).click();
    const rows = page.getByRole('region', { name: 'Commissions' }).getByRole('row').filter({ has: page.getByRole('rowheader') });
    await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: 'Paid' }).click();
    await expect(rows.first()).toContainText('Paid');
    await rows.first().getByRole('link').click();
    await expect(page.getByRole('heading', { name: 'Why this amount' })).toBeVisible();
    await page.getByRole('link', { name: 'See the payout it was part of' }).click();
    await expect(page.getByRole('heading', { level: 1, name: / payout$/ })).toBeVisible();
    await bar.getByRole('link', { name: 'Payouts' }).click();
    await expect(page.getByRole('region', { name: 'Payouts' }).getByRole('row').filter({ hasText: 'Paid' }).first()).toBeVisible();
    await bar.getByRole('link', { name: 'Customers' }).click();
    await expect(page.getByRole('region', { name: 'Customers' }).getByRole('row').nth(1)).toBeVisible();
    await bar.getByRole('link', { name: 'More' }).click();
    await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/sign-in/);
});
