import { readFileSync } from 'node:fs';
import { owner } from '../support/people.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test('a partner is added, found by name, email and key, edited, and goes into a spreadsheet', async ({ page, company, signIn, gotoReady, checkAccessibility }) => {
    const key = company.unique('zebrawood');
    await signIn(owner);
    await gotoReady('/partners');
    await page.getByRole('link', { name: 'Add a partner' }).first().click();
    await page.getByRole('textbox', { name: /^Name/ }).fill(`Zebrawood ${key}`);
    await page.getByRole('button', { name: 'Add the partner' }).click();
    await expect(page.getByRole('textbox', { name: 'Partner key' })).toHaveAttribute('aria-invalid', 'true');
    await page.getByRole('textbox', { name: 'Partner key' }).fill(key);
    await page.getByLabel("Owner's email").fill(`${key}@zebrawood.example`);
    await page.getByLabel('Group').last().selectOption('affiliates');
    await page.getByRole('button', { name: 'Add the partner' }).click();
    await said(page, /^Added/);
    await expect(page.getByRole('heading', { level: 1, name: `Zebrawood ${key}` })).toBeVisible();

    const list = page.getByRole('region', { name: 'Partners' });
    for (const words of [`Zebrawood ${key}`, `${key}@zebrawood.example`, key]) {
        await gotoReady('/partners');
        await page.getByRole('searchbox', { name: 'Name, email or partner key' }).fill(words);
        await page.getByRole('searchbox', { name: 'Name, email or partner key' }).press('Enter');
        await expect(list.getByRole('link', { name: `Zebrawood ${key}` })).toHaveCount(1);
        await expect(page.getByText('1 partner', { exact: true })).toBeVisible();
    }
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8').trim().split(/\r?\n/);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(`${key}@zebrawood.example`);

    await list.getByRole('link', { name: `Zebrawood ${key}` }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('group', { name: 'More actions' }).getByRole('link', { name: /^Edit/ }).click();
    await page.getByRole('textbox', { name: 'Tags' }).fill('gold, early');
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, /^Saved/);
    await expect(page.getByText('gold').first()).toBeVisible();
    await page.getByRole('navigation', { name: 'Partner Details' }).getByRole('link', { name: 'Activity' }).click();
    await expect(page.getByRole('main').getByText(owner.email).first()).toBeVisible();
    await checkAccessibility();
});
