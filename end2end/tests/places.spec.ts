import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { sam } from '../support/people.ts';
import { said } from '../support/steps.ts';
import { run, runWith } from '../support/server.ts';
import { expect, ready, test } from '../support/test.ts';

test.use({ alone: 'sandbox' });

test('two companies in two tabs: each writes to its own, and links say which', async ({ page, context, server, company, signIn, gotoReady, checkAccessibility }) => {
    const program = await run(server.database, 'program', 'export', '--company', 'riverside');
    const file = join(server.folder, 'lakeside.toml');
    writeFileSync(file, program.replaceAll('riverside', 'lakeside').replaceAll('Riverside', 'Lakeside'));
    await run(server.database, 'program', 'apply', file);
    const partners = join(server.folder, 'partners.csv');
    writeFileSync(partners, 'partner_key,name,email,first_name,last_name,group\nharbour,Harbour of the lake,,,,affiliates\n');
    await run(server.database, 'import', 'partners', partners, '--company', 'lakeside');
    const who = ['--email', sam.email, '--company', 'lakeside', '--role', 'owner', '--password-stdin'];
    await runWith(sam.password, server.database, 'user', 'add', ...who);

    await signIn({ ...sam, side: '/places' });
    await page.goto('/partners/harbour/manual-reward');
    await ready(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Choose a company');
    await checkAccessibility();
    await page.getByRole('link', { name: /Riverside/ }).click();
    await page.waitForURL('**/c/riverside/partners/harbour/manual-reward');
    await ready(page);
    await page.getByLabel('Description').fill('Meant for the river');
    await page.getByRole('textbox', { name: 'Amount' }).fill('77');

    // The other company, in another tab.
    const other = await context.newPage();
    await other.goto('/c/riverside/rewards?status=pending');
    await ready(other);
    await other.getByRole('button', { name: 'Riverside: switch company' }).click();
    await other.getByRole('group', { name: 'Where you belong' }).getByRole('link', { name: 'Lakeside' }).click();
    await other.waitForURL('**/c/lakeside');
    await ready(other);
    await expect(other.getByRole('button', { name: 'Lakeside: switch company' })).toBeVisible();
    const menu = other.getByRole('button', { name: 'Menu', exact: true });
    if (await menu.isVisible()) await menu.click();
    await other.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Partner Management' }).click();
    await expect(other.getByRole('link', { name: 'Harbour of the lake' })).toBeVisible();
    await expect(other).toHaveURL(/\/c\/lakeside\/partners$/);

    await page.getByRole('button', { name: 'Create Reward' }).click();
    await said(page, 'Created a reward of $77.00 for Harbour Media');
    await expect(page).toHaveURL(/\/c\/riverside\/partners\/harbour\/rewards$/);
    expect((await company.export('rewards')).map((reward) => reward.description)).toContain('Meant for the river');
    expect(await run(server.database, 'export', 'rewards', '--company', 'lakeside', '--format', 'jsonl')).not.toContain('Meant for the river');

    // Back over the step between the companies.
    await other.goBack();
    await other.goBack();
    await other.waitForURL('**/c/riverside/rewards?status=pending');
    await expect(other.getByRole('button', { name: 'Riverside: switch company' })).toBeVisible();
    // What was copied opens at the right one.
    await other.goto('/c/lakeside/partners/harbour');
    await expect(other.getByRole('heading', { level: 1 })).toHaveText('Harbour of the lake');
    await gotoReady('/c/riverside/partners/harbour');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Harbour Media');
});
