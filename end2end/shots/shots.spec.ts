import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf, screens } from '../support/screens.ts';
import { test } from '../support/test.ts';

const folder = process.env.SHOTS ?? '../var/shots';
const only = (process.env.ONLY ?? '').split(' ').filter((part) => part !== '');

for (const screen of screens) {
    if (only.length > 0 && !only.some((part) => screen.path.includes(part) || screen.name.includes(part))) {
        continue;
    }
    test(screen.name, async ({ page, gotoReady, signIn }, info) => {
        if (screen.as !== undefined) {
            await signIn(screen.as);
        }
        if (screen.link !== undefined) {
            await gotoReady(screen.path);
        }
        const path = await pathOf(screen, () =>
            page.locator('a[href]').evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute('href'))),
        );
        await gotoReady(path);
        mkdirSync(folder, { recursive: true });
        for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            await page.screenshot({
                path: join(folder, `${screen.name}-${info.project.name}-${colorScheme}.png`),
                fullPage: true,
                animations: 'disabled',
            });
        }
    });
}
