import { defineConfig } from '@playwright/test';
import { chromium, quiet } from './support/browser.ts';

const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const ci = process.env.CI !== undefined;

/**
 * Four ways to use the product. A journey says which of them it is for by its file's name:
 * `*.spec.ts` runs on desktop and phone, `*.desktop.spec.ts` and `*.phone.spec.ts` on one of them,
 * `*.nojs.spec.ts` on both, without JavaScript.
 */
export default defineConfig({
    testDir: 'tests',
    outputDir: 'test-results',
    snapshotPathTemplate: 'snapshots/{arg}{ext}',
    globalSetup: './support/global-setup.ts',
    forbidOnly: ci,
    retries: 0,
    workers: 2,
    timeout: 60_000,
    expect: { timeout: 10_000 },
    reporter: [['list'], ['html', { open: 'never' }]],
    use: {
        browserName: 'chromium',
        locale: 'en-US',
        timezoneId: 'UTC',
        colorScheme: 'light',
        // A menu that is still moving when it is clicked closes, and how far it has come depends on the machine.
        contextOptions: { reducedMotion: 'reduce' },
        // Recording every step slows each test down; TRACE=1 records those that fail.
        trace: process.env.TRACE === undefined ? 'off' : 'retain-on-failure',
        screenshot: 'only-on-failure',
        launchOptions: { executablePath: chromium(), args: quiet },
    },
    projects: [
        {
            name: 'desktop',
            testIgnore: ['**/*.phone.spec.ts', '**/*.nojs.spec.ts'],
            use: desktop,
        },
        {
            name: 'phone',
            testIgnore: ['**/*.desktop.spec.ts', '**/*.nojs.spec.ts'],
            use: phone,
        },
        {
            name: 'no-js',
            testMatch: ['**/*.nojs.spec.ts'],
            use: { ...desktop, javaScriptEnabled: false },
        },
        {
            name: 'phone-no-js',
            testMatch: ['**/*.nojs.spec.ts'],
            use: { ...phone, javaScriptEnabled: false },
        },
    ],
});
