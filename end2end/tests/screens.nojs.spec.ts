import { pathOf, screens } from '../support/screens.ts';
import { expect, test } from '../support/test.ts';

for (const screen of screens) {
    test(`${screen.name} is complete before the client has arrived, and fits`, async ({ page, signIn }) => {
        if (screen.as !== undefined) {
            await signIn(screen.as);
        }
        if (screen.link !== undefined) {
            await page.goto(screen.path);
        }
        // The page runs no script, but answers questions about itself.
        const path = await pathOf(screen, () =>
            page.locator('a[href]').evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute('href'))),
        );
        await page.goto(path);
        await expect(page.locator('h1').first()).toBeVisible();
        // What is still being loaded would stand there as a skeleton.
        await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    });
}
