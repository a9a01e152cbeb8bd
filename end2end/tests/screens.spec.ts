import { pathOf, screens } from '../support/screens.ts';
import { routeOf, routes } from '../support/routes.ts';
import { expect, test } from '../support/test.ts';

for (const screen of screens) {
    test(`${screen.name} comes to life without a complaint, fits, and is accessible in light and dark`, async ({ page, gotoReady, signIn, checkAccessibility }) => {
        if (screen.as !== undefined) {
            await signIn(screen.as);
        }
        if (screen.link !== undefined) {
            await page.goto(screen.path);
        }
        const path = await pathOf(screen, () =>
            page.locator('a[href]').evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute('href'))),
        );
        await gotoReady(path);
        expect(routeOf(new URL(page.url()).pathname, routes())).toBe(screen.route);
        await expect(page.locator('h1').first()).toBeVisible();
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
        await checkAccessibility();
    });
}
