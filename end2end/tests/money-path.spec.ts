import { harbour, sam } from '../support/people.ts';
import { run } from '../support/server.ts';
import { choose, clock, said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('from a recorded sale to a paid partner', async ({ page, server, signIn, gotoReady, checkAccessibility }) => {
    await signIn(sam);

    // A sale.
    await gotoReady('/customers');
    await page.getByRole('link', { name: 'Add a customer' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Lumen Bakery');
    await page.getByLabel('Customer key').fill('lumen');
    await choose(page, /^Partner/, 'Harb', 'harbour');
    await page.getByRole('button', { name: 'Add the customer' }).click();
    await said(page, 'Added Lumen Bakery.');
    await page.getByRole('link', { name: 'Record a sale' }).click();
    await page.getByRole('textbox', { name: 'Amount' }).fill('200.00');
    await page.getByLabel('Transaction key').fill('order-1');
    await page.getByRole('button', { name: 'Record the sale' }).click();
    await said(page, 'Recorded the sale of $200.00. It made 1 reward.');

    // Its reward, with the reason, approved.
    await gotoReady('/rewards');
    await page.getByRole('region', { name: 'Rewards', exact: true }).getByRole('link').filter({ hasText: 'Harbour Media' }).first().click();
    await expect(page.getByRole('heading', { level: 1, name: 'Reward for Harbour Media' })).toBeVisible();
    await expect(page.getByText("Month 1 of 12 since the customer's first purchase.")).toBeVisible();
    await page.getByRole('button', { name: 'Approve' }).click();
    await said(page, 'Approved 1 reward.');
    await page.getByRole('link', { name: 'Close' }).click();
    // A step to another page closes menus: the next one opens after it.
    await expect(page.getByRole('heading', { level: 1, name: 'Reward for Harbour Media' })).toHaveCount(0);

    // Month end: an invoice that is reviewed for seven days.
    const menu = await clock(page);
    await menu.getByRole('button', { name: /^Month end/ }).click();
    await said(page, /^It is 1 Apr 2026\. Generated 1 invoice, sent \d emails?\.$/);
    const mailed = (to: string, subject: string) => server.mails().filter((mail) => mail.includes(`To: ${to}`) && mail.includes(`Subject: ${subject}`));
    expect(mailed(sam.email, 'Riverside: the partner invoice for March 2026 is ready to review')).toHaveLength(1);
    await gotoReady('/invoices');
    await page.getByRole('region', { name: 'Invoices', exact: true }).getByRole('link', { name: 'March 2026, USD' }).click();
    await expect(page.getByText(/In review for 7 more days/)).toBeVisible();
    await checkAccessibility();

    // Seven days later: the charge, then the payout.
    const again = await clock(page);
    await again.getByRole('spinbutton', { name: 'Days' }).fill('7');
    await again.getByRole('button', { name: 'Move by days' }).click();
    await said(page, /^It is 8 Apr 2026\. .*[Cc]harged 1 invoice, released 1 payout, paid 1 partner/);
    await expect(page.getByText(/^Frozen on 8 Apr 2026, 00:00/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Give a manual reward' })).toHaveCount(0);
    await checkAccessibility();

    // The partner sees it paid, on one's own.
    await signIn(harbour);
    await gotoReady('/partner/payouts');
    const payout = page.getByRole('row').filter({ hasText: 'March 2026' });
    await expect(payout).toContainText('$40.00');
    await expect(payout).toContainText('Paid');
    await payout.getByRole('link').click();
    await expect(page.getByRole('heading', { level: 1, name: 'March 2026 payout' })).toBeVisible();
    await page.getByRole('region', { name: 'Commissions' }).getByRole('link').first().click();
    await expect(page.getByText('See the payout it was part of')).toBeVisible();
    await expect(page.getByText('Paid', { exact: true }).first()).toBeVisible();
    await checkAccessibility();
    expect(mailed(sam.email, 'Riverside: invoice RIVERSIDE-0001 for $40.00 was charged')).toHaveLength(1);
    expect(server.mails().filter((mail) => mail.includes('To: hello@harbour.example') && mail.includes('$40.00'))).toHaveLength(1);
    await run(server.database, 'verify');
});
