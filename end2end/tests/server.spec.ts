import { expect, test } from '../support/test.ts';

test('the sign-in page comes ready to use', async ({ page, gotoReady, checkAccessibility }) => {
    await gotoReady('/sign-in');
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    await checkAccessibility();
});

test('a page that does not exist says so', async ({ page }) => {
    const response = await page.goto('/no-such-page');
    expect(response?.status()).toBe(404);
});
