import { owner } from '../support/people.ts';
import { choose, said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test('a reward is given with the keyboard alone, for one of the partner’s customers', async ({ page, company, signIn, gotoReady }) => {
    const partner = await company.partner('keyboard');
    const [mine, other] = [await company.customer('mine', partner), await company.customer('theirs', await company.partner('other'))];
    await signIn(owner);
    await gotoReady(`/partners/${partner.key}/manual-reward`);
    const field = page.getByRole('combobox', { name: /^Customer/ });
    // Somebody else's customer is not found; suggestions move and close by the keyboard.
    await field.pressSequentially(other.key);
    await expect(page.getByText('Nothing found').first()).toBeVisible();
    await field.press('Escape');
    await expect(page.getByRole('listbox', { name: 'Suggestions' })).toHaveCount(0);
    await field.fill('');
    await choose(page, /^Customer/, 'Customer', mine.key);
    await page.getByLabel('Description').fill('For the talk in Lisbon');
    await page.getByRole('textbox', { name: 'Amount' }).fill('30');
    await page.getByRole('textbox', { name: 'Amount' }).press('Enter');
    await said(page, /reward/i);
    await gotoReady(`/partners/${partner.key}/rewards`);
    const row = page.getByRole('row').filter({ hasText: 'For the talk in Lisbon' });
    await expect(row).toContainText('$30.00');
    await expect(row).toContainText(mine.name);
});

test('a partner reads what was earned, why, and why not, by status', async ({ page, company, server, signIn, gotoReady, checkAccessibility }) => {
    const partner = await company.partner('reader');
    const customer = await company.customer('buyer', partner);
    const person = await company.person(partner);
    await company.sale(customer, '40.00');
    await company.sale(customer, '80.00');
    await company.sale(customer, '120.00');
    const rewards = (await company.export('rewards')).filter((reward) => reward.partner_key === partner.key);
    const of = (amount: number) => String(rewards.find((reward) => reward.amount === amount)?.key);
    await company.import('reviews', `${of(2000)},decline,The order was cancelled`, `${of(3000)},hold,Waiting for the address`);
    expect(server.output()).not.toContain('panicked');

    await signIn(person);
    await gotoReady('/partner/commissions');
    const rows = page.getByRole('region', { name: 'Commissions' }).getByRole('row').filter({ hasText: '$' });
    await expect(rows).toHaveCount(3);
    await checkAccessibility();
    const status = page.getByRole('navigation', { name: 'Status' });
    await status.getByRole('link', { name: 'Declined' }).click();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('The order was cancelled');
    await status.getByRole('link', { name: 'On hold' }).click();
    await expect(rows.filter({ hasText: '$30.00' })).toHaveCount(1);
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('Waiting for the address');
    await status.getByRole('link', { name: 'Expected' }).click();
    await expect(rows.filter({ hasText: '$10.00' })).toHaveCount(1);
    await expect(rows).toHaveCount(1);
    // An address is a place to come back to.
    await page.goBack();
    await expect(rows.filter({ hasText: '$30.00' })).toHaveCount(1);
    await page.goForward();
    await expect(rows.filter({ hasText: '$10.00' })).toHaveCount(1);
    await rows.getByRole('link').click();
    await expect(page.getByText(/Estimated payment date \d/).first()).toBeVisible();
    await expect(page.getByText('× 25%')).toBeVisible();
    await expect(page.getByText(/Month 1 of 12/)).toBeVisible();
    await checkAccessibility();
    await page.getByRole('link', { name: 'Close' }).click();
    await expect(page).toHaveURL(/status=expected$/);
    // One is back where one was.
    await expect(rows.getByRole('link')).toBeFocused();

    const bar = page.getByRole('navigation', { name: 'Main' });
    await bar.getByRole('link', { name: 'Customers' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Customers' })).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: '3' }).filter({ hasText: 'Bought' })).toHaveCount(1);
    await bar.getByRole('link', { name: 'Payouts' }).click();
    await expect(page.getByRole('heading', { name: 'No payouts yet' })).toBeVisible();
});
