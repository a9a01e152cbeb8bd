import { readFileSync } from 'node:fs';
import { harbour, sam } from '../support/people.ts';
import { run } from '../support/server.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('a company that pays by hand is told what, confirms it, and pays its partners from a file', async ({ page, server, company, signIn, gotoReady, checkAccessibility }) => {
    await company.apply('charge_provider = "manual"\npayout_provider = "manual"');
    const customer = await company.customer('cash', { key: 'harbour', name: '' }, '2026-03-01T12:00:00Z');
    await company.sale(customer, '300.00', '2026-03-09T12:00:00Z');
    await run(server.database, 'run-due', '--until', '2026-04-08T14:00:00Z');
    expect(server.mails().filter((mail) => mail.includes('Subject: Riverside: invoice RIVERSIDE-0001 for $60.00 is due'))).toHaveLength(1);

    await signIn(sam);
    await gotoReady('/invoices/RIVERSIDE-0001');
    await expect(page.getByText('$60.00 is waiting for you to pay it')).toBeVisible();
    await checkAccessibility();
    // It did not work at first.
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('button', { name: 'It did not work' }).click();
    const failed = page.getByRole('dialog', { name: 'The charge of RIVERSIDE-0001 did not work' });
    await failed.getByLabel('What went wrong').fill('The bank was closed');
    await failed.getByRole('button', { name: 'Record that it failed' }).click();
    await said(page, 'Recorded that the charge of RIVERSIDE-0001 did not work.');
    await expect(page.getByText('The charge of $60.00 failed')).toBeVisible();
    await expect(page.getByText('The bank was closed').first()).toBeVisible();
    await page.getByRole('button', { name: 'Charge again' }).click();
    await page.getByRole('dialog', { name: 'Charge $60.00 again' }).getByRole('button', { name: 'Charge $60.00' }).click();
    await said(page, 'Started the charge of RIVERSIDE-0001 again.');

    await page.getByRole('button', { name: 'Confirm $60.00' }).click();
    await page.getByRole('dialog', { name: 'Confirm that $60.00 was paid' }).getByRole('button', { name: 'Yes, $60.00 was paid' }).click();
    await said(page, 'Recorded that RIVERSIDE-0001 was charged. Its payouts are released.');
    await expect(page.getByText('You have $60.00 to pay to your partners')).toBeVisible();

    // The files that a spreadsheet and a bank take; the bank needs to know where the money goes.
    const file = async (label: string) => {
        await page.getByRole('button', { name: 'More actions' }).click();
        return page.getByRole('group', { name: 'More actions' }).getByRole('link', { name: label });
    };
    const content = async (label: string) => {
        const link = await file(label);
        const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
        await page.keyboard.press('Escape');
        return readFileSync(await download.path(), 'utf8');
    };
    expect(await content('Payouts as CSV')).toContain('harbour');
    await (await file('Payment file for the bank: add your IBAN first')).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Company profile' })).toBeVisible();
    // By the keyboard: on a phone the message of the last step may still lie over the end of the page.
    await page.getByRole('textbox', { name: 'IBAN' }).fill('DE02120300000000202052');
    await page.getByRole('textbox', { name: 'IBAN' }).press('Enter');
    // A digit was mistyped.
    await expect(page.getByRole('textbox', { name: 'IBAN' })).toHaveAttribute('aria-invalid', 'true');
    await page.getByRole('textbox', { name: 'IBAN' }).fill('DE02120300000000202051');
    await page.getByRole('textbox', { name: 'IBAN' }).press('Enter');
    await said(page, /^Saved/);
    await gotoReady('/partners/harbour/edit');
    await page.getByRole('textbox', { name: 'Account' }).fill('DE02500105170137075030');
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, /^Saved/);
    await gotoReady('/invoices/RIVERSIDE-0001');
    await page.getByRole('button', { name: 'Make a payment file' }).click();
    await page.getByRole('dialog', { name: 'Make a payment file for the bank' }).getByRole('button', { name: 'Make the file' }).click();
    await said(page, 'Made a payment file of 1 payout, $60.00 in all. Download it below.');
    const files = page.getByRole('region', { name: 'Payment files' });
    const download = async () => {
        const [saved] = await Promise.all([page.waitForEvent('download'), files.getByRole('link', { name: /^Download/ }).click()]);
        return readFileSync(await saved.path(), 'utf8');
    };
    const order = await download();
    for (const account of ['DE02120300000000202051', 'DE02500105170137075030']) {
        expect(order).toContain(`<IBAN>${account}</IBAN>`);
    }
    expect(order).toContain('>60.00<');
    // Kept as it was made.
    expect(await download()).toBe(order);
    await expect(page.getByRole('row').filter({ hasText: 'Harbour Media' }).first()).toContainText('in the file of');
    await checkAccessibility();
    await page.getByRole('button', { name: 'Confirm the 1 payout in the file ($60.00)' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes, $60.00 was paid' }).click();
    await said(page, 'Recorded 1 payout as paid, $60.00 in all.');
    const row = page.getByRole('row').filter({ hasText: 'Harbour Media' }).first();
    await expect(row).toContainText('Paid');

    // The bank sends it back, and the partner reads why.
    await row.getByRole('button', { name: 'Payout to Harbour Media' }).click();
    await page.getByRole('button', { name: 'The bank returned it' }).click();
    const returned = page.getByRole('dialog', { name: 'The bank returned the payout to Harbour Media' });
    await returned.getByLabel('Why').fill('Account closed');
    await returned.getByRole('button', { name: 'Record that it came back' }).click();
    await said(page, 'Recorded that the bank returned the payout. It counts as owed again.');
    await expect(row).toContainText('Returned');
    await signIn(harbour);
    await gotoReady('/partner');
    await expect(page.getByText('Your bank sent the payment back: account closed.', { exact: false }).first()).toBeVisible();
    await checkAccessibility();

    await signIn(sam);
    await gotoReady('/invoices/RIVERSIDE-0001');
    await row.getByRole('button', { name: 'Payout to Harbour Media' }).click();
    await page.getByRole('button', { name: 'Pay Harbour Media again' }).click();
    await said(page, 'The payout will be sent again.');
    await row.getByRole('button', { name: 'Payout to Harbour Media' }).click();
    await page.getByRole('button', { name: 'Confirm the payout to Harbour Media' }).click();
    await said(page, 'Recorded the payout as paid.');
    await expect(row).toContainText('Paid');

    await signIn(harbour);
    await gotoReady('/partner/payouts');
    await expect(page.getByRole('row').filter({ hasText: 'March 2026' })).toContainText('Paid');
    await page.getByRole('row').filter({ hasText: 'March 2026' }).getByRole('link').click();
    await expect(page.getByText('Sent back by the bank: account closed')).toBeVisible();
    await run(server.database, 'verify');
});
