import { readFileSync } from 'node:fs';
import { csv } from '../support/company.ts';
import { sam } from '../support/people.ts';
import { run } from '../support/server.ts';
import { said, tryFile, tryRows } from '../support/steps.ts';
import { expect, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test.beforeEach(async ({ signIn, gotoReady }) => {
    await signIn(sam);
    await gotoReady('/settings/import');
});

test('every kind of file goes in by the screen', async ({ page, server, company, gotoReady, checkAccessibility }) => {
    const take = async (rows: number) => {
        await page.getByRole('button', { name: `Import ${rows} row${rows === 1 ? '' : 's'}` }).click();
        await said(page, /./);
        await expect(page.getByRole('button', { name: /^Import \d/ })).toHaveCount(0);
        await gotoReady('/settings/import');
    };
    await tryRows(page, 'partners', 'delta,Delta Reviews,hi@delta.example,Dee,Lta,affiliates', 'omega,Omega Media,,,,affiliates');
    await expect(page.getByRole('heading', { level: 2, name: 'partners.csv' })).toBeVisible();
    await expect(page.getByText('Partners, 2 rows. This is what importing it would do.')).toBeVisible();
    await checkAccessibility();
    // Seeing is not doing.
    expect(await company.export('partners')).toHaveLength(1);
    await take(2);
    expect(await company.export('partners')).toHaveLength(3);

    await tryRows(page, 'customers', 'acme,Acme,ops@acme.example,delta,2026-01-05T10:00:00Z', 'bolt,Bolt,,omega,');
    await take(2);
    await tryRows(page, 'transactions', 'o-1,acme,200.00,USD,2026-03-09T10:00:00Z,pro,yearly,', 'o-2,acme,-50.00,USD,2026-03-09T12:00:00Z,,,o-1');
    await take(2);
    await tryRows(page, 'rewards', 'omega,75.00,USD,Speaking at the spring event,bolt');
    await take(1);
    await tryRows(page, 'attributions', 'acme,omega,2026-03-01T00:00:00Z');
    await take(1);
    const rewards = await company.export('rewards');
    const manual = rewards.find((reward) => reward.source === 'manual');
    expect(manual).toMatchObject({ partner_key: 'omega', customer_key: 'bolt', amount: 7500, reward_status: 'pending' });
    const owed = (key: string) => rewards.filter((reward) => reward.partner_key === key).reduce((sum, reward) => sum + Number(reward.amount), 0);
    // The sale, its refund, and both of them moved.
    expect([owed('delta'), owed('omega')]).toEqual([0, 7500 + 3000]);
    await tryRows(page, 'reviews', `${String(manual?.key)},decline,Paid at the event already`);
    await take(1);
    const declined = (await company.export('rewards')).find((reward) => reward.key === manual?.key);
    expect(declined?.reward_status).toBe('declined');
    await run(server.database, 'verify');
});

test('a wrong file names row and field, its good rows go in, and the rest comes back with reasons', async ({ page, company, gotoReady, checkAccessibility }) => {
    await company.import('customers', 'acme,Acme,ops@acme.example,harbour,2026-01-05T10:00:00Z');
    const rows = [
        'o-1,acme,200.00,USD,2026-03-09T10:00:00Z,,,',
        'o-2,acme,12.345,USD,2026-03-09T10:00:00Z,,,',
        'o-3,nobody,10.00,USD,2026-03-09T10:00:00Z,,,',
        'o-4,acme,10.00,XXY,2026-03-09T10:00:00Z,,,',
        'o-5,acme,10.00,USD,yesterday,,,',
        'o-6,acme,30.00,USD,2026-03-09T11:00:00Z,,,',
    ];
    await tryRows(page, 'transactions', ...rows);
    await expect(page.getByText('4 rows cannot be imported')).toBeVisible();
    const wrong = page.getByRole('region', { name: 'What is wrong' });
    for (const [row, field] of [['3', 'amount'], ['4', 'customer_key'], ['5', 'currency'], ['6', 'occurred_at']] as const) {
        await expect(wrong.getByRole('row').filter({ has: page.getByRole('cell', { name: row, exact: true }) })).toContainText(field);
    }
    await checkAccessibility();
    expect(await company.export('transactions')).toHaveLength(0);

    await page.getByRole('button', { name: 'Import the 2 good rows' }).click();
    await said(page, /2/);
    expect((await company.export('transactions')).map((sale) => sale.key)).toEqual(['o-1', 'o-6']);
    await gotoReady('/settings/import');
    await expect(page.getByText('Some rows were left out')).toBeVisible();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the rows' }).click()]);
    const rest = readFileSync(await download.path(), 'utf8');
    expect(rest.trim().split(/\r?\n/)).toHaveLength(5);
    expect(rest).toContain('o-2,acme,12.345,USD');
    expect(rest).toContain('too many decimals');
    expect(rest).not.toContain('o-6');

    // Corrected, with its extra column, it goes in.
    const corrected = rest.replace('12.345', '12.34').replace('nobody', 'acme').replace('XXY', 'USD').replace('yesterday', '2026-03-09T10:00:00Z');
    await tryFile(page, 'transactions', 'rest.csv', corrected);
    await page.getByRole('button', { name: 'Import 4 rows' }).click();
    await said(page, /4/);
    expect(await company.export('transactions')).toHaveLength(6);

    // The same file again.
    await gotoReady('/settings/import');
    await tryRows(page, 'transactions', rows[0] ?? '', rows[5] ?? '');
    await expect(page.getByText('Nothing to import: both rows are already there')).toBeVisible();
    await page.getByRole('button', { name: 'Discard' }).click();
    await said(page, 'Discarded the file. Nothing was imported.');
    await expect(page.getByRole('heading', { name: 'transactions.csv' })).toHaveCount(0);
    expect(await company.export('transactions')).toHaveLength(6);
});

test('an import is stopped on its way, and nothing of it stays', async ({ page, company }) => {
    await company.import('customers', 'acme,Acme,,harbour,2026-01-05T10:00:00Z');
    // So many that checking them takes seconds.
    const rows = Array.from({ length: 500_000 }, (_, number) => `many-${number},acme,10.00,USD,2026-03-09T10:00:00Z,,,`).join('\n');
    // The page itself presses the button as soon as it is there: Playwright touches nothing while a page load is under way, as
    // it is while a file is tried, and may come too late for an import.
    const stop = () =>
        page.evaluate(() => {
            const look = setInterval(() => {
                const button = document.querySelector<HTMLButtonElement>('.working button');
                if (button !== null) {
                    clearInterval(look);
                    button.click();
                }
            }, 20);
        });
    await stop();
    await tryRows(page, 'transactions', rows);
    await said(page, 'Stopped. Nothing was imported.');
    await expect(page.getByRole('heading', { name: 'transactions.csv' })).toHaveCount(0);

    await tryRows(page, 'transactions', rows);
    await stop();
    await page.getByRole('button', { name: 'Import 500,000 rows' }).click();
    await said(page, 'Stopped. Nothing was imported.');
    expect(await company.export('transactions')).toHaveLength(0);
    // The file is still there to be imported or put aside.
    await page.getByRole('button', { name: 'Discard' }).click();
    await said(page, 'Discarded the file. Nothing was imported.');
});

test('what is no such file is refused in words, and nothing is kept of it', async ({ page, company, gotoReady }) => {
    const refused: [string, string | Buffer, RegExp][] = [
        ['empty.csv', '', /empty|no rows|first line|header/i],
        ['picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0x00, 0x01, 0xc3, 0x28]), /column|UTF-8|text|CSV/i],
        ['customers.csv', csv('customers', 'acme,Acme,,harbour,'), /column/i],
    ];
    for (const [name, content, words] of refused) {
        await gotoReady('/settings/import');
        await tryFile(page, 'partners', name, content);
        const said = page.getByRole('alert').or(page.getByRole('region', { name: 'What is wrong' }));
        await expect(said.first()).toContainText(words);
        await expect(page.getByRole('button', { name: /^Import/ })).toHaveCount(0);
    }
    expect(await company.export('partners')).toHaveLength(1);
});
