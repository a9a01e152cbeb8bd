import { owner, partner, type Person } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

const screens: [Person, string[]][] = [
    [owner, ['/', '/partners', '/partners/northern-workshop', '/partners/northern-workshop/customers', '/partners/northern-workshop/transactions',
        '/partners/northern-workshop/activity', '/customers', '/customers/new', '/offers', '/offers/affiliates', '/offers/new', '/settings',
        '/settings/import', '/settings/audit', '/search?q=northern']],
    [partner, ['/partner', '/partner/commissions', '/partner/payouts', '/partner/customers', '/partner/more']],
];

for (const [person, paths] of screens) {
    for (const path of paths) {
        test(`${path} comes to life without a complaint, fits, and is accessible`, async ({ page, gotoReady, signIn, checkAccessibility }) => {
            await signIn(person);
            await gotoReady(path);
            await expect(page.locator('h1').first()).toBeVisible();
            expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
            await checkAccessibility();
        });
    }
}
