import { owner, partner } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

test('a missed customer and sale are added by hand, earn, and are partly refunded, without script', async ({ page, signIn }) => {
    await signIn(owner);
    await page.goto('/customers/new?partner=northern-workshop');
    await page.getByLabel('Name').fill('Missed Bakery');
    await page.getByLabel('Customer key').fill('missed-1');
    await page.locator('[name=partner_key]').fill('northern-workshop');
    await page.getByRole('button', { name: 'Add the customer' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Missed Bakery' })).toBeVisible();

    await page.goto('/customers/missed-1/sale');
    await page.getByRole('textbox', { name: 'Amount' }).fill('200.00');
    await page.getByRole('button', { name: 'Record the sale' }).click();
    await expect(page.getByText('$50.00').first()).toBeVisible();

    await page.goto('/customers/missed-1/refund');
    await page.getByLabel('Amount refunded').fill('999');
    await page.getByRole('button', { name: 'Record the refund' }).click();
    await expect(page.getByText(/more than what is left/).first()).toBeVisible();
    await page.getByLabel('Amount refunded').fill('100');
    await page.getByRole('button', { name: 'Record the refund' }).click();
    await expect(page.getByText('−$25.00').first()).toBeVisible();

    await page.context().clearCookies();
    await signIn(partner);
    await page.goto('/partner/customers');
    await expect(page.getByText('Missed Bakery')).toBeVisible();
});
