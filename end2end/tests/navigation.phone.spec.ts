import { owner } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

test('the menu leads on and gets out of the way', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/');
    const nav = page.getByRole('navigation', { name: 'Main' });
    await expect(nav).toBeHidden();
    for (const [area, heading] of [['Customers', 'Customers'], ['Offers', 'Offers'], ['Partner Management', 'All partners']] as const) {
        await page.getByRole('button', { name: 'Menu', exact: true }).click();
        await nav.getByRole('link', { name: area }).click();
        await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
        await expect(nav).toBeHidden();
    }
});
