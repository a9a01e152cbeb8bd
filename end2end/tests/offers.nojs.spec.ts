import { harbour, sam } from '../support/people.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('an offer is written, corrected, changed and retired without script', async ({ page, signIn }) => {
    await signIn(sam);
    await page.goto('/offers/new');
    const first = page.getByRole('group', { name: 'Trigger 1' });
    await page.getByLabel('Key').first().fill('by-hand');
    await page.getByRole('textbox', { name: 'Description for partners' }).fill('Ten dollars for each sale');
    await first.getByLabel('Percent of the sale').fill('');
    await first.getByLabel('Or a flat amount').fill('ten');
    await page.getByRole('button', { name: 'Create the offer' }).click();
    await expect(first.getByLabel('Or a flat amount')).toHaveAttribute('aria-invalid', 'true');
    await expect(first.getByLabel('Or a flat amount')).toHaveValue('ten');
    await expect(page.getByRole('textbox', { name: 'Description for partners' })).toHaveValue('Ten dollars for each sale');
    await first.getByLabel('Or a flat amount').fill('10');
    await page.getByRole('button', { name: 'Create the offer' }).click();
    await said(page, 'Created the offer by-hand.');
    await expect(page.getByText("$10.00 for every payment in a customer's first 12 months")).toBeVisible();

    await page.goto('/offers/by-hand/version');
    await first.getByLabel('Or a flat amount').fill('12');
    await page.getByRole('button', { name: 'Publish this version' }).click();
    await said(page, 'Published version 2.');
    await signIn(harbour);
    await expect(page.getByText("$12.00 for every payment in a customer's first 12 months")).toBeVisible();
    await signIn(sam);
    await page.goto('/offers/by-hand');
    await page.getByRole('button', { name: 'Retire', exact: true }).click();
    await page.getByRole('dialog', { name: 'Retire by-hand' }).getByRole('button', { name: 'Retire by-hand' }).click();
    await said(page, 'Retired the offer. What it earned until now stays.');
});
