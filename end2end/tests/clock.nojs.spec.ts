import { harbour, sam } from '../support/people.ts';
import { run } from '../support/server.ts';
import { clock, said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('a month goes by without script: invoice, pause, a manual reward on it, charge, payout', async ({ page, server, company, signIn }) => {
    const customer = await company.customer('quiet', { key: 'harbour', name: '' }, '2026-03-01T12:00:00Z');
    await company.sale(customer, '300.00', '2026-03-09T12:00:00Z');
    await signIn(sam);
    let menu = await clock(page);
    await menu.getByRole('button', { name: /^Month end/ }).click();
    await said(page, /^It is 1 Apr 2026\. Generated 1 invoice/);

    await page.goto('/invoices/RIVERSIDE-0001');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('button', { name: 'Pause the charge' }).click();
    await page.getByRole('dialog', { name: 'Pause RIVERSIDE-0001' }).getByLabel('Reason').fill('Waiting for the books');
    await page.getByRole('button', { name: 'Pause the invoice' }).click();
    await said(page, 'Paused RIVERSIDE-0001. It is not charged until you resume it.');
    await page.getByRole('button', { name: 'Resume' }).click();
    await said(page, 'Resumed RIVERSIDE-0001.');

    await page.getByRole('button', { name: 'Give a manual reward' }).click();
    const dialog = page.getByRole('dialog', { name: 'Give a manual reward' });
    await dialog.getByRole('combobox', { name: /^Partner/ }).fill('harbour');
    await dialog.getByLabel('Amount').fill('12.345');
    await dialog.getByLabel('Description').fill('For the webinar');
    await dialog.getByRole('button', { name: 'Create Reward' }).click();
    // It comes back open, with what was typed.
    await expect(dialog.getByRole('alert')).toContainText('too many decimals');
    await expect(dialog.getByLabel('Description')).toHaveValue('For the webinar');
    await dialog.getByLabel('Amount').fill('12.34');
    await dialog.getByRole('button', { name: 'Create Reward' }).click();
    await said(page, 'Created the reward on RIVERSIDE-0001.');
    await expect(page.getByRole('row').filter({ hasText: 'For the webinar' }).last()).toContainText('$12.34');

    menu = await clock(page);
    await menu.getByRole('spinbutton', { name: 'Days' }).fill('7');
    await menu.getByRole('button', { name: 'Move by days' }).click();
    await said(page, /^It is 8 Apr 2026\. Charged 1 invoice, released 1 payout, paid 1 partner/);
    await expect(page.getByText(/^Frozen on 8 Apr 2026, 00:00/)).toBeVisible();
    await signIn(harbour);
    await page.goto('/partner/payouts');
    await expect(page.getByRole('row').filter({ hasText: 'March 2026' })).toContainText('$72.34');
    await run(server.database, 'verify');
});
