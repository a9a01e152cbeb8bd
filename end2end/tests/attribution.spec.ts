import { owner } from '../support/people.ts';
import { choose, more, said } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test('a change of attribution is seen before it is done, by both partners after it, and undone', async ({ page, company, signIn, gotoReady, checkAccessibility }) => {
    const [before, after] = [await company.partner('giver'), await company.partner('taker')];
    const customer = await company.customer('wanderer', before);
    await company.sale(customer, '100.00', '2026-11-01T12:00:00Z');
    const late = await company.sale(customer, '250.00', '2026-11-03T12:00:00Z');
    const owed = async () => {
        const sums = new Map([[before.key, 0], [after.key, 0]]);
        for (const reward of await company.export('rewards')) {
            const partner = String(reward.partner_key);
            sums.set(partner, (sums.get(partner) ?? 0) + Number(reward.amount));
        }
        return [sums.get(before.key), sums.get(after.key)];
    };
    expect(await owed()).toEqual([8750, 0]);

    await signIn(owner);
    await gotoReady(`/customers/${customer.key}`);
    await more(page, 'Change attribution');
    await expect(page.getByText(`Attributed to ${before.name} now`)).toBeVisible();
    await choose(page, /^New partner/, after.key, after.key);
    await page.getByLabel('From').fill('2026-11-02T00:00');
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await expect(page.getByRole('heading', { name: `To ${after.name} from 2 Nov 2026` })).toBeVisible();
    await expect(page.getByText('1 event changes hands.')).toBeVisible();
    const differences = page.getByRole('region', { name: 'Difference per partner and invoice' });
    await expect(differences.getByRole('row').filter({ hasText: before.key })).toContainText('−$62.50');
    await expect(differences.getByRole('row').filter({ hasText: after.key })).toContainText('$62.50');
    await expect(differences.getByRole('row').filter({ hasText: after.key })).toContainText('November 2026');
    await expect(page.getByRole('region', { name: 'Events that change hands' }).getByRole('row').filter({ hasText: late })).toBeVisible();
    await checkAccessibility();
    // Looking has changed nothing.
    expect(await owed()).toEqual([8750, 0]);

    // Money changes hands: somebody says why.
    await page.getByRole('button', { name: 'Change attribution' }).click();
    await expect(page.getByRole('alert')).toContainText('Reason is missing');
    await page.getByLabel('Reason').fill('They signed up through the other link');
    await page.getByRole('button', { name: 'Change attribution' }).click();
    await said(page, 'Changed the attribution; 1 event and its rewards moved.');
    await expect(page.getByRole('heading', { level: 1, name: customer.name })).toBeVisible();
    await expect(page.getByText(`Referred by ${after.name}`)).toBeVisible();
    // From its top, wherever the form was scrolled to.
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    await expect(page.getByRole('region', { name: 'Attribution history' })).toContainText('They signed up through the other link');
    expect(await owed()).toEqual([2500, 6250]);

    // What the two of them see.
    for (const [partner, amounts] of [[before, ['$62.50', '−$62.50', '$25.00']], [after, ['$62.50']]] as const) {
        await signIn(await company.person(partner));
        await gotoReady('/partner/commissions');
        const rows = page.getByRole('region', { name: 'Commissions' }).getByRole('row').filter({ hasText: '$' });
        await expect(rows).toHaveCount(amounts.length);
        for (const amount of amounts) {
            await expect(rows.filter({ has: page.getByText(amount, { exact: true }) }).first()).toBeVisible();
        }
    }

    // Back again.
    await signIn(owner);
    await gotoReady(`/customers/${customer.key}`);
    await page.getByRole('region', { name: 'Attribution history' }).getByRole('link', { name: 'Undo' }).click();
    await expect(page.getByRole('heading', { name: /^Undo the change of / })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Difference per partner and invoice' }).getByRole('row').filter({ hasText: before.key })).toContainText('$62.50');
    await page.getByRole('button', { name: 'Undo the change' }).click();
    await said(page, 'Undid the change of attribution.');
    await expect(page.getByText(`Referred by ${before.name}`)).toBeVisible();
    expect(await owed()).toEqual([8750, 0]);
    await signIn(await company.person(after));
    await gotoReady('/partner');
    await expect(page.getByRole('main')).toContainText('Expected$0.00');
});

test('a change is refused at its fields, and to whom the customer belongs already is no change', async ({ page, company, signIn, gotoReady }) => {
    const partner = await company.partner('keeper');
    const customer = await company.customer('settled', partner);
    await signIn(owner);
    await gotoReady(`/customers/${customer.key}/attribution?partner=nobody-known&from=2026-11-02T00:00`);
    await expect(page.getByRole('alert')).toContainText(/partner/i);
    await gotoReady(`/customers/${customer.key}/attribution?partner=${partner.key}&from=yesterday`);
    await expect(page.getByRole('alert')).toContainText('Write a date and time');
    await gotoReady(`/customers/${customer.key}/attribution?partner=${partner.key}&from=2026-11-02T00:00`);
    await expect(page.getByText('No event changes hands.')).toBeVisible();
    await page.getByLabel('Reason').fill('To see what happens');
    await page.getByRole('button', { name: 'Change attribution' }).click();
    await said(page, 'The customer already belongs to this partner. Nothing changed.');
});
