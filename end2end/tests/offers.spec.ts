import { harbour, sam } from '../support/people.ts';
import { within } from '../support/places.ts';
import { said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('an offer is written, explained while it is typed, seen by its partners, changed and retired', async ({ page, company, signIn, gotoReady, checkAccessibility }) => {
    await signIn(sam);
    await gotoReady('/offers');
    await page.getByRole('link', { name: 'Create an offer' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Create an offer' })).toBeVisible();
    const first = page.getByRole('group', { name: 'Trigger 1' });
    const second = page.getByRole('group', { name: /^Trigger 2/ });

    // What partners will read, with an example, from the first letter on.
    await expect(first.getByText("20% of every payment in a customer's first 12 months")).toBeVisible();
    await first.getByLabel('Percent of the sale').fill('12.5');
    await first.getByLabel('For how long').fill('first purchase');
    await first.getByLabel('Only from').fill('50');
    await expect(first.getByText("12.5% of a customer's first purchase, from $50.00 a payment")).toBeVisible();
    await expect(first.getByText(/a sale of \$200\.00 pays \$25\.00/i)).toBeVisible();
    await first.getByLabel('Percent of the sale').fill('lots');
    await expect(first.getByText('Not complete yet')).toBeVisible();

    // Wrong fields are named, in one place and at each of them, and nothing typed is lost.
    await page.getByLabel('Key').first().fill('spring-2026');
    await page.getByRole('textbox', { name: 'Description for partners' }).fill('A thank you for every first payment');
    await second.getByLabel('Key').fill('welcome');
    await second.getByLabel('Pays for').selectOption('customer');
    await second.getByLabel('Or a flat amount').fill('5.001');
    await page.getByRole('button', { name: 'Create the offer' }).click();
    const summary = page.getByRole('alert').filter({ hasText: /Please check \d+ fields/ });
    await expect(summary).toBeVisible();
    await expect(first.getByLabel('Percent of the sale')).toHaveAttribute('aria-invalid', 'true');
    await expect(second.getByLabel('Or a flat amount')).toHaveAttribute('aria-invalid', 'true');
    await expect(second.getByText(/too many decimals/).first()).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Description for partners' })).toHaveValue('A thank you for every first payment');
    await checkAccessibility();
    await summary.getByRole('link').last().click();
    await expect(page.locator(':focus')).toHaveAttribute('aria-invalid', 'true');

    await first.getByLabel('Percent of the sale').fill('12.5');
    await second.getByLabel('Or a flat amount').fill('5.00');
    await expect(second.getByText('$5.00 for every new customer')).toBeVisible();
    await page.getByRole('button', { name: 'Create the offer' }).click();
    await said(page, 'Created the offer spring-2026.');
    await expect(page.getByRole('heading', { level: 1, name: 'spring-2026' })).toBeVisible();
    await expect(page.getByText('In force now')).toBeVisible();
    await checkAccessibility();

    // The partner reads the same sentence, and earns by it.
    await signIn(harbour);
    await gotoReady('/partner');
    await expect(page.getByText("12.5% of a customer's first purchase, from $50.00 a payment")).toBeVisible();
    await expect(page.getByText('$5.00 for every new customer')).toBeVisible();
    const customer = await company.customer('promised', { key: 'harbour', name: '' }, '2026-03-10T13:00:00Z');
    await company.sale(customer, '80.00', '2026-03-10T13:30:00Z');
    await gotoReady('/partner/commissions');
    for (const amount of ['$5.00', '$10.00', '$16.00']) {
        await expect(page.getByRole('row').filter({ has: page.getByText(amount, { exact: true }) })).toHaveCount(1);
    }

    // A new version: from later on, for new customers only.
    await signIn(sam);
    await gotoReady('/offers/spring-2026');
    await page.getByRole('link', { name: 'Publish a new version' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'New version of spring-2026' })).toBeVisible();
    await first.getByLabel('Percent of the sale').fill('15');
    await page.getByLabel('In force from').fill('2026-04-01T00:00');
    await page.getByRole('radio', { name: 'Only customers created from then on' }).check();
    await page.getByRole('button', { name: 'Publish this version' }).click();
    await said(page, 'Published version 2.');
    const versions = page.getByRole('main').locator('section').filter({ has: page.getByRole('heading', { level: 2, name: /^Version/ }) });
    await expect(versions).toHaveCount(2);
    await expect(versions.first()).toContainText("15% of a customer's first purchase");
    await expect(versions.first()).toContainText(/From 1 Apr 2026/);
    await expect(versions.first()).toContainText(/customers created from then on/i);
    await expect(versions.last()).toContainText('In force now');

    // The end.
    await page.getByRole('button', { name: 'Retire', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Retire spring-2026' });
    await checkAccessibility();
    await dialog.getByRole('button', { name: 'Retire spring-2026' }).click();
    await said(page, 'Retired the offer. What it earned until now stays.');
    await page.waitForURL((url) => within(url.pathname) === '/offers');
    await expect(page.getByRole('heading', { level: 1, name: 'Offers', exact: true })).toBeFocused();
    await expect(page.getByRole('row').filter({ hasText: 'spring-2026' })).toContainText('Retired');
    await signIn(harbour);
    await gotoReady('/partner');
    await expect(page.getByText('$5.00 for every new customer')).toHaveCount(0);
});

test('an offer cannot take the key of another, nor be empty, nor promise 1,001%', async ({ page, signIn, gotoReady }) => {
    await signIn(sam);
    await gotoReady('/offers/new');
    const first = page.getByRole('group', { name: 'Trigger 1' });
    await page.getByLabel('Key').first().fill('not a key!');
    await page.getByRole('textbox', { name: 'Description for partners' }).fill('Too good to be true');
    await first.getByLabel('Percent of the sale').fill('1001');
    await page.getByRole('button', { name: 'Create the offer' }).click();
    await expect(first.getByLabel('Percent of the sale')).toHaveAttribute('aria-invalid', 'true');
    await first.getByLabel('Percent of the sale').fill('10');
    await page.getByRole('button', { name: 'Create the offer' }).click();
    // Answered: before that, another click would be taken for the same.
    await expect(first.getByLabel('Percent of the sale')).not.toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Key').first()).toHaveAttribute('aria-invalid', 'true');
    await page.getByLabel('Key').first().fill('affiliates');
    await page.getByRole('button', { name: 'Create the offer' }).click();
    await expect(page.getByRole('alert')).toContainText(/affiliates/);
    await expect(page).toHaveURL(/\/offers\/new$/);
});
