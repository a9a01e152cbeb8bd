import { owner } from '../support/people.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test('a manual reward is given without script; what was typed survives an error', async ({ page, signIn }) => {
    const what = 'Thank you for the workshop in May';
    await signIn(owner);
    await page.goto('/partners/northern-workshop/manual-reward');
    await page.getByLabel('Description').fill(what);
    await page.getByRole('textbox', { name: 'Amount' }).fill('1e400');
    await page.getByRole('button', { name: 'Create Reward' }).click();
    await expect(page.getByText(/is not an amount/).first()).toBeVisible();
    await expect(page.getByLabel('Description')).toHaveValue(what);
    await page.getByRole('textbox', { name: 'Amount' }).fill('50');
    await page.getByRole('button', { name: 'Create Reward' }).click();
    await said(page, /reward/i);
    await page.goto('/partners/northern-workshop/rewards');
    await expect(page.getByText(what)).toHaveCount(1);
});
