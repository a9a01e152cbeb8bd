import type { Locator, Page } from '@playwright/test';
import { type Kind, csv } from './company.ts';
import { expect } from './test.ts';

/** What the product says it has done. */
export async function said(page: Page, text: string | RegExp): Promise<void> {
    await expect(page.getByRole('status').getByText(text).first()).toBeVisible();
}

/** Follows a link of the page's "More actions". */
export async function more(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name: 'More actions' }).click();
    const menu = page.getByRole('group', { name: 'More actions' });
    await menu.getByRole('link', { name, exact: true }).click();
    await expect(menu).toBeHidden();
}

/** Finds something by typing and takes it with the keyboard; the field then holds its key. */
export async function choose(within: Page | Locator, label: RegExp, typed: string, key: string): Promise<void> {
    const field = within.getByRole('combobox', { name: label });
    await field.pressSequentially(typed);
    const suggestions = within.getByRole('listbox', { name: 'Suggestions' });
    await expect(suggestions.getByRole('option').filter({ hasText: key })).toBeVisible();
    await expect(suggestions.getByRole('option')).toHaveCount(1);
    // Nothing is marked until an arrow marks it.
    await expect(suggestions.getByRole('option', { selected: true })).toHaveCount(0);
    await field.press('ArrowDown');
    await expect(suggestions.getByRole('option', { selected: true })).toContainText(key);
    await field.press('Enter');
    await expect(suggestions).toHaveCount(0);
    // The name is shown, and the key is sent.
    await expect(field.locator('xpath=..').locator('input[type=hidden]')).toHaveValue(key);
}

/** Opens the sandbox clock's menu. */
export async function clock(page: Page): Promise<Locator> {
    await page.getByRole('region', { name: 'Sandbox clock' }).getByRole('button', { name: 'Move the clock' }).click();
    const menu = page.getByRole('region', { name: 'Move the clock' });
    await expect(menu).toBeVisible();
    return menu;
}

/** Uploads a file on the import page and waits for what it would do. */
export async function tryFile(page: Page, kind: Kind, name: string, content: string | Buffer): Promise<void> {
    await page.getByLabel('What it holds').selectOption(kind);
    const buffer = typeof content === 'string' ? Buffer.from(content) : content;
    await page.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer });
    // A full page load: wait for the page that answers.
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Try the file' }).click()]);
}

/** The same with rows of a kind's own header. */
export async function tryRows(page: Page, kind: Kind, ...rows: string[]): Promise<void> {
    await tryFile(page, kind, `${kind}.csv`, csv(kind, ...rows));
}
