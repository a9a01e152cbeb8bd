import { harbour, sam } from '../support/people.ts';
import { clock, said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.describe('in a sandbox', () => {
    test.use({ alone: 'sandbox' });

    test('the clock jumps where its menu says, and says what that will do before and what it did after', async ({ page, company, signIn, gotoReady, checkAccessibility }) => {
        const customer = await company.customer('jump', { key: 'harbour', name: 'Harbour Media' }, '2026-03-01T12:00:00Z');
        await company.sale(customer, '300.00', '2026-03-09T12:00:00Z');
        await signIn(sam);
        await gotoReady('/invoices');
        const bar = page.getByRole('region', { name: 'Sandbox clock' });
        await expect(bar).toContainText('10 March 2026');
        let menu = await clock(page);
        await expect(menu.getByRole('button', { name: /^Month end/ })).toContainText(/generates 1 invoice/i);
        await expect(menu.getByRole('button', { name: /^Tomorrow/ })).toContainText(/nothing is due/i);
        await checkAccessibility();
        await menu.getByRole('button', { name: /^Tomorrow/ }).click();
        await said(page, 'It is 11 Mar 2026. Nothing was due.');
        await expect(bar).toContainText('11 March 2026');
        await expect(page.getByRole('region', { name: 'Move the clock' })).toBeHidden();

        menu = await clock(page);
        await menu.getByRole('button', { name: /^Month end/ }).click();
        await said(page, /^It is 1 Apr 2026\. Generated 1 invoice/);
        // The page beneath has followed.
        await expect(page.getByRole('region', { name: 'Invoices', exact: true }).getByRole('link', { name: 'March 2026, USD' })).toBeVisible();
        menu = await clock(page);
        await expect(menu.getByRole('button', { name: /^Charge day/ })).toContainText(/charges 1 invoice/i);
        await menu.getByRole('button', { name: /^Charge day/ }).click();
        await said(page, /^It is 8 Apr 2026\. Charged 1 invoice, released 1 payout, paid 1 partner/);
        await expect(bar).toContainText('8 April 2026');
    });

    test('by days: not by none, not by too many, and not back', async ({ page, signIn, gotoReady }) => {
        await signIn(sam);
        await gotoReady('/');
        const answer = /Write a number of days from 1 to 400/;
        for (const days of ['0', '-3', '401', '']) {
            const menu = await clock(page);
            await menu.getByRole('spinbutton', { name: 'Days' }).fill(days);
            await menu.getByRole('button', { name: 'Move by days' }).click();
            await expect(menu.getByRole('alert')).toContainText(answer);
            await expect(page.getByRole('region', { name: 'Sandbox clock' })).toContainText('10 March 2026');
            await gotoReady('/');
        }
    });

    test('a partner sees the date and cannot move it', async ({ page, signIn, gotoReady }) => {
        await signIn(harbour);
        await gotoReady('/partner');
        await expect(page.getByRole('region', { name: 'Sandbox clock' })).toContainText('10 March 2026');
        await expect(page.getByRole('button', { name: 'Move the clock' })).toHaveCount(0);
    });
});

test.describe('in production', () => {
    test.use({ alone: 'production' });

    test('there is no clock to move, nor a way to ask for it, nor a demo sign-in', async ({ page, signIn, gotoReady }) => {
        await gotoReady('/sign-in');
        await expect(page.getByRole('region', { name: 'Demo sign-ins' })).toHaveCount(0);
        await signIn(sam);
        await gotoReady('/');
        await expect(page.getByRole('region', { name: 'Sandbox clock' })).toHaveCount(0);
        await expect(page.getByRole('button', { name: 'Move the clock' })).toHaveCount(0);
        const answer = await page.request.post('/rpc/sandbox/move', { form: { place: '/c/riverside', days: '7' }, headers: { Origin: new URL(page.url()).origin } });
        expect(answer.status()).toBe(409);
        expect(await answer.text()).toContain('A production database has no clock to move');
    });
});
