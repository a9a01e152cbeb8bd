import { sam } from '../support/people.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('the profile is changed, refused where it is wrong, and the audit log says who did it', async ({ page, signIn, gotoReady }) => {
    await signIn(sam);
    await gotoReady('/settings');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('');
    await page.getByRole('textbox', { name: 'Fee (%)' }).fill('a lot');
    await page.getByRole('button', { name: 'Save profile' }).click();
    await expect(page.getByRole('textbox', { name: 'Fee (%)' })).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByRole('textbox', { name: 'Fee (%)' })).toHaveValue('a lot');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Riverside Tools');
    await page.getByRole('textbox', { name: 'Fee (%)' }).fill('2.5');
    await page.getByLabel('Time zone').selectOption('Europe/Paris');
    await page.getByRole('button', { name: 'Save profile' }).click();
    await said(page, /^Saved/);
    await gotoReady('/');
    await expect(page.getByRole('main').getByText(/Paris time/).first()).toBeVisible();
    await gotoReady('/settings/audit');
    const entry = page.getByRole('region', { name: 'Audit log' }).getByRole('row').filter({ hasText: 'Riverside Tools' });
    await expect(entry).toContainText(sam.email);
});
