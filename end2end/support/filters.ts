import type { Page } from '@playwright/test';
import { expect } from './test.ts';

/** On a phone the filters lie behind one button. */
export async function unfoldFilters(page: Page): Promise<void> {
    const fold = page.locator('.fold');
    const button = fold.locator('> summary');
    if (await button.isVisible()) {
        // It may still be open from before.
        if ((await fold.getAttribute('open')) === null) {
            await button.click();
        }
        await expect(fold).toHaveAttribute('open');
    }
}

/** Unfolded, filters are sent together; otherwise each choice is followed at once. */
export async function sendFilters(page: Page): Promise<void> {
    if (await page.locator('.fold[open]').isVisible()) {
        await page.getByRole('button', { name: 'Filter', exact: true }).click();
    }
}
