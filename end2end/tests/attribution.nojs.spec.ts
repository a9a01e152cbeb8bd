import { owner } from '../support/people.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test('attribution is previewed, changed and undone without script', async ({ page, company, signIn }) => {
    const [before, after] = [await company.partner('giver'), await company.partner('taker')];
    const customer = await company.customer('wanderer', before);
    await company.sale(customer, '250.00');
    await signIn(owner);
    await page.goto(`/customers/${customer.key}/attribution`);
    await page.getByRole('combobox', { name: /^New partner/ }).fill(after.key);
    await page.getByLabel('From').fill('2026-11-01T00:00');
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await expect(page.getByText('1 event changes hands.')).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: after.key }).filter({ hasText: '$62.50' }).first()).toBeVisible();
    await page.getByLabel('Reason').fill('They signed up through the other link');
    await page.getByRole('button', { name: 'Change attribution' }).click();
    await said(page, 'Changed the attribution; 1 event and its rewards moved.');
    await expect(page.getByText(`Referred by ${after.name}`)).toBeVisible();
    await page.getByRole('region', { name: 'Attribution history' }).getByRole('link', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo the change' }).click();
    await said(page, 'Undid the change of attribution.');
    await expect(page.getByText(`Referred by ${before.name}`)).toBeVisible();
});
