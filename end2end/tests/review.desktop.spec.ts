import { owner } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

test('a review goes by the keyboard alone', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/rewards?status=pending&source=transaction&month=2026-10');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await expect(page.getByText('1 selected')).toBeVisible();
    await page.keyboard.press('h');
    const dialog = page.getByRole('dialog', { name: 'Hold the selected rewards' });
    await dialog.getByLabel('Reason').fill('Checking the order');
    await dialog.getByRole('button', { name: 'Put them on hold' }).click();
    await expect(page.getByText('Put 1 reward on hold.')).toBeVisible();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
});
