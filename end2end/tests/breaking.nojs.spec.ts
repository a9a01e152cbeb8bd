import { owner } from '../support/people.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test('a form posted twice is done once, and says the same twice', async ({ page, context, company, signIn }) => {
    const customer = await company.customer('twice', await company.partner('poster'));
    await signIn(owner);
    await page.goto(`/customers/${customer.key}/sale`);
    await page.getByRole('textbox', { name: 'Amount' }).fill('10.00');
    const [request] = await Promise.all([
        page.waitForRequest((request) => request.method() === 'POST'),
        page.getByRole('button', { name: 'Record the sale' }).click(),
    ]);
    await said(page, 'Recorded the sale of $10.00.');
    const again = await context.request.post(request.url(), {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', Referer: page.url(), Origin: new URL(page.url()).origin },
        data: request.postData() ?? '',
    });
    expect(await again.text()).toContain('Recorded the sale of $10.00.');
    expect((await company.export('transactions')).filter((one) => one.customer_key === customer.key)).toHaveLength(1);
});

test('a form stranded by the end of its session waits behind the sign-in', async ({ page, context, company, signIn }) => {
    const partner = await company.partner('stranded');
    await signIn(owner);
    await page.goto(`/partners/${partner.key}/manual-reward`);
    await page.getByLabel('Description').fill('For a long evening');
    await page.getByRole('textbox', { name: 'Amount' }).fill('15');
    await context.clearCookies();
    await page.getByRole('button', { name: 'Create Reward' }).click();
    await expect(page.getByText('You were signed out in the meantime')).toBeVisible();
    await page.getByLabel('Email').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByText('You were signed out before this was sent.')).toBeVisible();
    await expect(page.getByLabel('Description')).toHaveValue('For a long evening');
    await expect(page.getByRole('textbox', { name: 'Amount' })).toHaveValue('15');
    await page.getByRole('button', { name: 'Create Reward' }).click();
    await said(page, /reward/i);
    await page.goto(`/partners/${partner.key}/rewards`);
    await expect(page.getByRole('row').filter({ hasText: 'For a long evening' })).toHaveCount(1);
});

test('what is not found is said once, with the way back', async ({ page, signIn }) => {
    await signIn(owner);
    for (const [path, list] of [['/partners/nobody', '/partners'], ['/customers/nobody', '/customers'], ['/invoices/nobody', '/invoices'], ['/offers/nobody', '/offers']] as const) {
        const response = await page.goto(path);
        expect(response?.status(), path).toBe(404);
        await expect(page.getByRole('heading', { level: 1 }), path).toHaveText('Not found');
        await expect(page.getByRole('alert'), path).toHaveCount(1);
        await expect(page.getByRole('main').getByRole('link', { name: 'Back to the list' }), path).toHaveAttribute('href', `/c/northwind${list}`);
    }
});
