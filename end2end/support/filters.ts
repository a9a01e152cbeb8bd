import type { Page } from '@playwright/test';

/** On a phone the filters lie behind one button. */
export async function unfoldFilters(page: Page): Promise<void> {
    const button = page.locator('.fold > summary');
    if (await button.isVisible()) {
        await button.click();
    }
}

/** Unfolded, filters are sent together; otherwise each choice is followed at once. */
export async function sendFilters(page: Page): Promise<void> {
    if (await page.locator('.fold[open]').isVisible()) {
        await page.getByRole('button', { name: 'Filter', exact: true }).click();
    }
}
