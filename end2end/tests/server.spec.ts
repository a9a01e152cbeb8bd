import { owner } from '../support/people.ts';
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

test('the client is fetched once the page is there, and not in its way', async ({ page, signIn, gotoReady }) => {
    await signIn(owner);
    await gotoReady('/rewards');
    const times = await page.evaluate(() => {
        const loaded = performance.getEntriesByType('navigation').map((entry) => (entry as PerformanceNavigationTiming).loadEventStart);
        const client = performance.getEntriesByType('resource').filter((entry) => entry.name.includes('.wasm'));
        return { loaded, client: client.map((entry) => entry.startTime) };
    });
    expect(times.client).toHaveLength(1);
    expect(times.client[0]).toBeGreaterThanOrEqual(times.loaded[0] ?? Infinity);
});
