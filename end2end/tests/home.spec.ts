import { sam } from '../support/people.ts';
import { run } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('home says what came in, what waits and until when', async ({ page, server, company, signIn, gotoReady, checkAccessibility }) => {
    await signIn(sam);
    await gotoReady('/');
    await expect(page.getByRole('heading', { name: 'Nothing waits for you' })).toBeVisible();
    await expect(page.getByText('Nothing was earned in these months.')).toBeVisible();
    await expect(page.locator('.chart')).toHaveCount(0);
    await checkAccessibility();
    const customer = await company.customer('first', { key: 'harbour', name: '' }, '2026-03-09T12:00:00Z');
    await company.sale(customer, '250.00', '2026-03-10T12:00:00Z');
    await gotoReady('/');
    const figure = (label: string) => page.getByRole('main').getByText(label, { exact: true }).locator('xpath=..');
    await expect(figure('Rewards recorded in March 2026')).toContainText('$50.00');
    await expect(figure('Revenue from partners')).toContainText('$250.00');
    await expect(figure('New customers')).toContainText('1');
    await expect(page.getByRole('main').getByRole('link', { name: /1 .*reward.* to review|Review rewards/i }).first()).toBeVisible();

    await run(server.database, 'run-due', '--until', '2026-04-03T14:00:00Z');
    await gotoReady('/');
    await expect(page.getByText(/5 more days|5 days left/).first()).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: /March 2026/ }).first().click();
    await expect(page.getByRole('heading', { level: 1, name: /March 2026/ })).toBeVisible();
});
