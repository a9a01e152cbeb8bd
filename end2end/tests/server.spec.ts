import { expect, test } from '../support/test.ts';

test('the sign-in page comes ready to use', async ({ page, gotoReady, checkAccessibility }) => {
    await gotoReady('/sign-in');
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    await checkAccessibility();
});

test('a signed-out visitor is sent to the sign-in page and keeps the way back', async ({ page }) => {
    await page.goto('/invoices?status=paid');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    expect(new URL(page.url()).searchParams.get('next')).toBe('/invoices?status=paid');
});

test('what the client does not have is not found', async ({ request }) => {
    const response = await request.get('/pkg/none.js');
    expect(response.status()).toBe(404);
});
