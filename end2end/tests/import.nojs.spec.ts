import { sam } from '../support/people.ts';
import { said, tryFile, tryRows } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('a file is tried, refused, corrected and imported without script', async ({ page, company, signIn }) => {
    await signIn(sam);
    await page.goto('/settings/import');
    await tryFile(page, 'partners', 'nothing.csv', '');
    await expect(page.getByRole('alert').first()).toBeVisible();
    await tryRows(page, 'partners', 'delta,Delta Reviews,not an address,,,affiliates', 'omega,Omega Media,,,,affiliates');
    await expect(page.getByText('One row cannot be imported')).toBeVisible();
    await expect(page.getByRole('region', { name: 'What is wrong' }).getByRole('row').filter({ hasText: 'email' })).toContainText('2');
    await tryRows(page, 'partners', 'delta,Delta Reviews,hi@delta.example,,,affiliates', 'omega,Omega Media,,,,affiliates');
    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await said(page, /2/);
    expect((await company.export('partners')).map((partner) => partner.partner_key ?? partner.key).sort()).toEqual(['delta', 'harbour', 'omega']);
});
