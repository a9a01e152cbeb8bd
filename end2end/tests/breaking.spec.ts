import type { Page } from '@playwright/test';
import { owner, partner as priya } from '../support/people.ts';
import { placeOf, within } from '../support/places.ts';
import { said } from '../support/steps.ts';
import { expect, ready, test } from '../support/test.ts';

/** Fills in a sale of 10.00. */
async function sale(page: Page): Promise<void> {
    await page.getByRole('textbox', { name: 'Amount' }).fill('10.00');
}

const submit = (page: Page) => page.getByRole('button', { name: 'Record the sale' });

test('a sale is recorded once, however often it is clicked, and whatever happens after', async ({ page, company, signIn, gotoReady }) => {
    const customer = await company.customer('clicked', await company.partner('clicker'));
    const sales = async () => (await company.export('transactions')).filter((one) => one.customer_key === customer.key).length;
    await signIn(owner);
    await gotoReady(`/customers/${customer.key}/sale`);
    await sale(page);
    await submit(page).dblclick();
    await said(page, 'Recorded the sale of $10.00.');
    await expect(page).toHaveURL(new RegExp(`/customers/${customer.key}$`));
    expect(await sales()).toBe(1);

    // Back does not lead to the form, which is done; a reload sends nothing.
    await page.goBack();
    await expect(page).not.toHaveURL(/sale$/);
    await page.reload();
    await ready(page);
    await page.goForward();
    await page.reload();
    await ready(page);
    expect(await sales()).toBe(1);

    // Filling it in once more is another sale.
    await gotoReady(`/customers/${customer.key}/sale`);
    await sale(page);
    await submit(page).click();
    await said(page, 'Recorded the sale of $10.00.');
    expect(await sales()).toBe(2);
});

test('a form whose answer got lost on the way is sent again and done once', async ({ page, problems, company, signIn, gotoReady }) => {
    const customer = await company.customer('lost', await company.partner('loser'));
    await signIn(owner);
    await gotoReady(`/customers/${customer.key}/sale`);
    await sale(page);
    // The server hears it, the browser does not hear the answer.
    await page.route('**/rpc/customers/sale', async (route) => {
        await route.fetch();
        await route.abort('connectionreset');
    }, { times: 1 });
    await submit(page).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await expect.poll(() => problems.length).toBe(1);
    expect(problems.splice(0)).toEqual([expect.stringMatching(/^net::ERR_CONNECTION_RESET: POST .*\/rpc\/customers\/sale$/)]);
    await expect(page.getByRole('textbox', { name: 'Amount' })).toHaveValue('10.00');
    await submit(page).click();
    await said(page, 'Recorded the sale of $10.00.');
    expect((await company.export('transactions')).filter((one) => one.customer_key === customer.key)).toHaveLength(1);
});

test('a form that is left before its answer comes is done, says so, and leads nobody away', async ({ page, company, signIn, gotoReady }) => {
    const partner = await company.partner('leaver');
    const customer = await company.customer('left', partner);
    await signIn(owner);
    await gotoReady(`/customers/${customer.key}/sale`);
    await sale(page);
    let answer = () => {};
    const left = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/rpc/customers/sale', async (route) => {
        const answered = await route.fetch();
        await left;
        await route.fulfill({ response: answered });
    });
    await submit(page).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(submit(page)).toHaveCount(0);
    await page.getByRole('main').getByRole('link', { name: partner.name }).first().click();
    await expect(page.getByRole('heading', { level: 1, name: partner.name })).toBeVisible();
    answer();
    await said(page, 'Recorded the sale of $10.00.');
    await expect(page).toHaveURL(new RegExp(`/partners/${partner.key}`));
    expect((await company.export('transactions')).filter((one) => one.customer_key === customer.key)).toHaveLength(1);
});

test('a session that ends in mid-form costs nothing that was typed', async ({ page, context, company, signIn, gotoReady }) => {
    const partner = await company.partner('patient');
    const what = 'Everything that was written about the long evening in May';
    await signIn(owner);
    await gotoReady(`/partners/${partner.key}/manual-reward`);
    await page.getByLabel('Description').fill(what);
    await page.getByRole('textbox', { name: 'Amount' }).fill('15');
    await context.clearCookies();
    await page.getByRole('button', { name: 'Create Reward' }).click();
    const link = page.getByRole('link', { name: /Sign in on another tab/ });
    await expect(link).toBeVisible();
    const [other] = await Promise.all([context.waitForEvent('page'), link.click()]);
    await ready(other);
    await other.getByLabel('Email').fill(owner.email);
    await other.getByLabel('Password').fill(owner.password);
    await other.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.waitForURL((url) => within(url.pathname) === '/');
    await other.close();
    await expect(page.getByLabel('Description')).toHaveValue(what);
    await page.getByRole('button', { name: 'Create Reward' }).click();
    await said(page, /reward/i);
    await gotoReady(`/partners/${partner.key}/rewards`);
    await expect(page.getByRole('row').filter({ hasText: what })).toHaveCount(1);
});

test('two tabs on one reward: the later decision is not taken, and the drawer shows how the reward stands now', async ({ page, context, company, signIn, gotoReady }) => {
    const customer = await company.customer('contested', await company.partner('contested'));
    await company.sale(customer, '60.00');
    const reward = (await company.export('rewards')).find((one) => one.customer_key === customer.key);
    const path = `/rewards/${String(reward?.key)}`;
    await signIn(owner);
    await gotoReady(path);
    const other = await context.newPage();
    await other.goto(path);
    await ready(other);
    await other.getByRole('button', { name: 'Decline', exact: true }).click();
    await other.getByRole('dialog').getByLabel('Reason').fill('A colleague knows better');
    await other.getByRole('dialog').getByRole('button', { name: /^Decline/ }).click();
    await said(other, 'Declined 1 reward.');
    await other.close();

    await page.getByRole('button', { name: 'Hold', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /^Hold / });
    await dialog.getByLabel('Reason').fill('Looks like a duplicate');
    await dialog.getByRole('button', { name: 'Hold this reward' }).click();
    await expect(page.getByRole('main')).toContainText('This reward has changed meanwhile');
    await expect(page.getByRole('main')).toContainText('This reward was declined by');
    await expect(page.locator('.lead-figure .badge')).toHaveText('Declined');
    await expect(page.locator('.activity')).toContainText('A colleague knows better');
    const now = (await company.export('rewards')).find((one) => one.key === reward?.key);
    expect(now?.reward_status).toBe('declined');
});

test('what is not there, or not theirs, is not found, and says where to go', async ({ page, company, signIn }) => {
    const customer = await company.customer('private', await company.partner('secret'));
    await company.sale(customer, '60.00');
    const foreign = String((await company.export('rewards')).find((one) => one.customer_key === customer.key)?.key);
    const missing = 'rwd_00000000000000000000000000';
    await signIn(owner);
    const missed = async (path: string, heading: string, way: string, href: string) => {
        const response = await page.goto(path);
        expect(response?.status(), path).toBe(404);
        await ready(page);
        await expect(page.getByRole('heading', { level: 1 }), path).toHaveText(heading);
        await expect(page.getByRole('main').getByRole('link', { name: way }), path).toHaveAttribute('href', placeOf(new URL(page.url()).pathname) + (href === '/' ? '' : href));
    };
    for (const [path, list] of [
        ['/partners/nobody', '/partners'],
        ['/partners/nobody/rewards', '/partners'],
        ['/partners/nobody/customers', '/partners'],
        ['/customers/nobody', '/customers'],
        ['/customers/nobody/sale', '/customers'],
        ['/customers/nobody/attribution?partner=nobody&from=2026-11-02T00:00', '/customers'],
        [`/rewards/${missing}`, '/rewards'],
        ['/rewards/1%20or%201=1', '/rewards'],
        ['/invoices/NONE-0001', '/invoices'],
        ['/offers/none', '/offers'],
    ] as const) {
        await missed(path, 'Not found', 'Back to the list', list);
    }
    // Among one's own pages.
    const account = page.getByRole('button', { name: 'your account' });
    await missed('/nowhere/at/all', "This page doesn't exist", 'Go to Home', '/');
    await expect(account).toBeVisible();
    await signIn(priya);
    for (const [path, list] of [
        [`/partner/commissions/${foreign}`, '/commissions'],
        [`/partner/commissions/${missing}`, '/commissions'],
        ['/partner/payouts/pay_00000000000000000000000000', '/payouts'],
    ] as const) {
        await missed(path, 'Not found', 'Back to the list', list);
        await expect(page.getByRole('main')).not.toContainText(customer.name);
    }
    await missed('/partner/nowhere', "This page doesn't exist", 'Go to Home', '/');
    await expect(account).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Commissions' })).toBeVisible();
    // The company's own side is nothing that a partner has; they read so among their own pages.
    const response = await page.goto(`/customers/${customer.key}`);
    expect(response?.status()).toBe(404);
    await ready(page);
    await expect(page.locator('body')).not.toContainText(customer.name);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText("This page doesn't exist");
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Offers' })).toHaveCount(0);
    await page.getByRole('main').getByRole('link', { name: 'Go to Home' }).click();
    await page.waitForURL((url) => within(url.pathname) === '/');
    await page.goto('/rewards');
    await ready(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText("This page doesn't exist");
    expect((await page.goto('/c/northwind/rewards'))?.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText("This page doesn't exist");
    await page.goto('/');
    await ready(page);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Commissions' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Commissions');
    await page.getByRole('link', { name: 'Tributary' }).filter({ visible: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Home');
});
