import { existsSync } from 'node:fs';

/** The distribution's Chromium: Playwright's own download is not used. */
export function chromium(): string {
    const candidates = [
        process.env.TRIBUTARY_CHROMIUM,
        '/usr/bin/chromium',
        '/usr/bin/chromium-browser',
        '/usr/bin/google-chrome',
    ];
    const found = candidates.find((path) => path !== undefined && existsSync(path));
    if (found === undefined) {
        throw new Error('No Chromium here. Run scripts/setup.sh tests, or name one in TRIBUTARY_CHROMIUM.');
    }
    return found;
}

/** Switches that keep Chromium from talking to anybody but the page's server. */
export const quiet = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--force-color-profile=srgb',
];
