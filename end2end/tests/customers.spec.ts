import { owner } from '../support/people.ts';
import { choose, more, said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test('a missed customer is added, buys, is refunded, and its page tells all of it', async ({ page, company, signIn, gotoReady, checkAccessibility }) => {
    const partner = await company.partner('bringer');
    const key = company.unique('missed');
    await signIn(owner);
    await gotoReady('/customers');
    await page.getByRole('link', { name: 'Add a customer' }).click();
    await expect(page.getByRole('heading', { name: 'Add a customer' })).toBeVisible();
    await checkAccessibility();

    // Wrong first: said at the fields, and what was typed stays.
    await page.getByRole('textbox', { name: 'Name' }).fill('Missed Bakery');
    await page.getByRole('textbox', { name: 'Email' }).fill('no address');
    await page.getByRole('combobox', { name: /^Partner/ }).fill('nobody-known');
    await page.getByRole('button', { name: 'Add the customer' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /Please check (one field|\d+ fields)/ })).toBeVisible();
    await expect(page.getByLabel('Customer key')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Missed Bakery');
    await checkAccessibility();
    await page.getByLabel('Customer key').fill(key);
    await page.getByRole('textbox', { name: 'Email' }).fill(`${key}@bakery.example`);
    await page.getByRole('combobox', { name: /^Partner/ }).fill('');
    await choose(page, /^Partner/, partner.key, partner.key);
    await page.getByRole('button', { name: 'Add the customer' }).click();
    await said(page, 'Added Missed Bakery.');
    await expect(page).toHaveURL(new RegExp(`/customers/${key}$`));
    await expect(page.getByText(`Referred by ${partner.name}`)).toBeVisible();

    // The same key is taken.
    await gotoReady('/customers/new');
    await page.getByLabel('Customer key').fill(key);
    await page.getByRole('button', { name: 'Add the customer' }).click();
    await expect(page.getByRole('alert')).toContainText(key);

    await gotoReady(`/customers/${key}`);
    await page.getByRole('link', { name: 'Record a sale' }).click();
    for (const [amount, answer] of [['', /Write the amount/], ['-5', /without a minus/], ['12.345', /too many decimals/], ['1e400', /is not an amount/], ['-0', /Negative zero/]] as const) {
        await page.getByRole('textbox', { name: 'Amount' }).fill(amount);
        await page.getByRole('button', { name: 'Record the sale' }).click();
        await expect(page.getByRole('alert')).toContainText(answer);
    }
    await page.getByRole('textbox', { name: 'Amount' }).fill('200');
    await page.getByLabel('Product').fill('pro');
    await page.getByRole('button', { name: 'Record the sale' }).click();
    await said(page, 'Recorded the sale of $200.00. It made 1 reward.');
    const transactions = page.getByRole('region', { name: 'Transactions' });
    await expect(transactions.getByText('pro', { exact: true })).toBeVisible();
    await page.getByText('Why $50.00').click();
    await expect(transactions.getByText(/Month 1 of 12/)).toBeVisible();
    await checkAccessibility();

    await more(page, 'Refund');
    await page.getByLabel('Amount refunded').fill('200.01');
    await page.getByRole('button', { name: 'Record the refund' }).click();
    await expect(page.getByRole('alert')).toContainText('more than what is left');
    await page.getByLabel('Amount refunded').fill('80');
    await page.getByRole('button', { name: 'Record the refund' }).click();
    await said(page, 'Recorded the refund of $80.00 and took back its share of the rewards.');
    await expect(transactions).toContainText('Sale, $80.00 refunded');
    await expect(page.getByRole('region', { name: 'Rewards of this customer' })).toContainText('−$20.00');
    await expect(page.getByRole('region', { name: 'Attribution history' })).toContainText('By hand');

    await more(page, 'Edit the customer');
    await page.getByRole('textbox', { name: 'Name' }).fill('Found Bakery');
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, 'Saved the customer.');
    await expect(page.getByRole('heading', { level: 1, name: 'Found Bakery' })).toBeVisible();

    // Found again in the list, and by the search over everything.
    await gotoReady(`/customers?q=${key}`);
    await expect(page.getByRole('region', { name: 'Customers' }).getByRole('link', { name: 'Found Bakery' })).toBeVisible();
    await gotoReady(`/search?q=${key}`);
    await expect(page.getByRole('main').getByRole('link', { name: /Found Bakery/ }).first()).toBeVisible();
});

test('a test customer and one whom nobody brought earn nothing, and each receipt says why', async ({ page, company, signIn, gotoReady }) => {
    const partner = await company.partner('bringer');
    const [test, nobody] = [company.unique('test'), company.unique('stranger')];
    await signIn(owner);
    await gotoReady('/customers/new');
    await page.getByLabel('Customer key').fill(test);
    await page.getByRole('combobox', { name: /^Partner/ }).fill(partner.key);
    await page.getByLabel('Customer key').focus();
    await page.getByRole('checkbox', { name: 'A test customer' }).check();
    await page.getByRole('button', { name: 'Add the customer' }).click();
    await said(page, `Added ${test}.`);
    await gotoReady('/customers/new');
    await page.getByLabel('Customer key').fill(nobody);
    await page.getByRole('button', { name: 'Add the customer' }).click();
    await said(page, `Added ${nobody}.`);
    for (const [key, why] of [[test, /test customer/i], [nobody, /unattributed/]] as const) {
        await gotoReady(`/customers/${key}/sale`);
        await page.getByRole('textbox', { name: 'Amount' }).fill('100');
        await page.getByRole('button', { name: 'Record the sale' }).click();
        await said(page, 'Recorded the sale of $100.00. It made no reward; its receipt says why.');
        await expect(page.getByRole('region', { name: 'Transactions' })).toContainText(why);
    }
});

test('a key that looks encoded is its own customer, also after a click', async ({ page, company, signIn, gotoReady }) => {
    const partner = await company.partner('encoder');
    const plain = `${company.unique('twin')}@x`;
    const encoded = plain.replace('@', '%40');
    await company.import('customers', `${plain},Plain twin,,${partner.key},2026-07-01T12:00:00Z`, `${encoded},Encoded twin,,${partner.key},2026-07-01T12:00:00Z`);
    await signIn(owner);
    await gotoReady(`/customers?partner=${partner.key}`);
    await page.getByRole('link', { name: 'Encoded twin' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Encoded twin');
    await page.getByRole('link', { name: 'Record a sale' }).click();
    await page.getByRole('textbox', { name: 'Amount' }).fill('10.00');
    await page.getByRole('button', { name: 'Record the sale' }).click();
    await said(page, 'Recorded the sale of $10.00.');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Encoded twin');
    const sales = await company.export('transactions');
    expect(sales.filter((sale) => sale.customer_key === encoded)).toHaveLength(1);
    expect(sales.filter((sale) => sale.customer_key === plain)).toHaveLength(0);
});
