import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, type Page, expect, test as base } from '@playwright/test';
import { Company } from './company.ts';
import type { Person } from './people.ts';
import { within } from './places.ts';
import { type Server, type Template, startServer } from './server.ts';

export { expect };

/** What the axe check leaves out. Empty, and to be kept so. */
interface AxeOptions {
    exclude?: string[];
}

interface Options {
    /**
     * A database for each test alone, for what moves the clock, decides about everything there is or must not meet other
     * tests' traces. Without it tests share a copy of the demo company and bring rows of their own (see `company`).
     */
    alone: Template | undefined;
}

interface Fixtures {
    /** The server of this test. */
    server: Server;
    /** Brings rows of the test's own into the server's company. */
    company: Company;
    /** Everything that went wrong in the browser; the test fails if any is left at its end. */
    problems: string[];
    /** Opens a path and waits until the page answers to clicks. */
    gotoReady: (path: string) => Promise<void>;
    /** Signs in by the sign-in form instead of whoever was; later sign-ins of the same person reuse the session. */
    signIn: (person: Person) => Promise<void>;
    /** Checks the page as it stands with axe, in light and in dark. */
    checkAccessibility: (options?: AxeOptions) => Promise<void>;
}

interface WorkerFixtures {
    /** The worker's server, over its own copy of the demo company. */
    shared: Server;
    /** Sessions by server and e-mail address. */
    sessions: Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>;
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export const test = base.extend<Fixtures & Options, WorkerFixtures>({
    alone: [undefined, { option: true }],

    shared: [
        async ({}, use) => {
            const server = await startServer('demo');
            await use(server);
            await server.stop();
        },
        { scope: 'worker' },
    ],

    sessions: [
        async ({}, use) => {
            await use(new Map());
        },
        { scope: 'worker' },
    ],

    server: async ({ alone, shared }, use) => {
        if (alone === undefined) {
            await use(shared);
            return;
        }
        const server = await startServer(alone);
        await use(server);
        await server.stop();
    },

    company: async ({ server, alone }, use) => {
        await use(new Company(server, alone === undefined || alone === 'demo' ? 'northwind' : 'riverside'));
    },

    baseURL: async ({ server }, use) => {
        await use(server.url);
    },

    problems: async ({}, use) => {
        await use([]);
    },

    context: async ({ context, problems, javaScriptEnabled }, use) => {
        watch(context, problems, javaScriptEnabled ?? true);
        await use(context);
        expect(problems, 'problems in the browser').toEqual([]);
    },

    gotoReady: async ({ page, javaScriptEnabled }, use) => {
        await use(async (path) => {
            await page.goto(path);
            if (javaScriptEnabled) {
                await ready(page);
            }
        });
    },

    signIn: async ({ page, context, server, sessions, gotoReady }, use) => {
        await use(async (person) => {
            const key = `${server.url} ${person.email}`;
            const known = sessions.get(key);
            await context.clearCookies();
            if (known !== undefined) {
                await context.addCookies(known);
                await gotoReady('/');
                if (isHome(page.url(), person)) {
                    return;
                }
                // Another test has signed out of it.
                await context.clearCookies();
            }
            await gotoReady('/sign-in');
            await page.getByLabel('Email').fill(person.email);
            await page.getByLabel('Password').fill(person.password);
            await page.getByRole('button', { name: 'Sign in', exact: true }).click();
            await page.waitForURL((url) => isHome(url.href, person));
            sessions.set(key, await context.cookies());
        });
    },

    checkAccessibility: async ({ page }, use) => {
        await use(async (options = {}) => {
            for (const colorScheme of ['light', 'dark'] as const) {
                await page.emulateMedia({ colorScheme });
                const builder = new AxeBuilder({ page }).withTags(WCAG);
                for (const selector of options.exclude ?? []) {
                    builder.exclude(selector);
                }
                const { violations } = await builder.analyze();
                const found = violations.map(
                    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.target}`).join('\n')}`,
                );
                expect(found, `axe in ${colorScheme} on ${page.url()}`).toEqual([]);
            }
            await page.emulateMedia({ colorScheme: 'light' });
        });
    },
});

/** Whether an address is where somebody lands after signing in. */
export function isHome(url: string, person: Person): boolean {
    const path = new URL(url).pathname;
    return path === person.side || (path.startsWith(person.side) && within(path) === '/');
}

/** Waits until the client has taken over the page: before that, clicks on it are plain links and forms. Public pages have no client. */
export async function ready(page: Page): Promise<void> {
    await page.locator('html[data-hydrated], html:not([data-build])').waitFor({ state: 'attached' });
}

/** What the page loads to be itself, as opposed to what it asks the server to do. */
const ASSETS = ['script', 'stylesheet', 'image', 'font', 'manifest'];

/**
 * Notes uncaught errors, console errors, missing assets and failures of the server. A refusal (4xx) of a page or of a
 * call is an answer that a journey may ask for; the browser's own console line about it is no problem either.
 */
function watch(context: BrowserContext, problems: string[], javaScriptEnabled: boolean): void {
    context.on('weberror', (error) => problems.push(`uncaught: ${error.error().message}`));
    context.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
            problems.push(`console: ${message.text()}`);
        }
    });
    context.on('response', (response) => {
        const request = response.request();
        const status = response.status();
        const asset = ASSETS.includes(request.resourceType()) || new URL(response.url()).pathname.startsWith('/pkg/');
        if (status >= 500 || (status >= 400 && asset)) {
            problems.push(`${status}: ${request.method()} ${response.url()}`);
        }
    });
    context.on('requestfailed', (request) => {
        const reason = request.failure()?.errorText ?? '';
        // A page that is left ends what it was still loading; a browser without JavaScript fetches no script.
        const wanted = javaScriptEnabled || request.resourceType() !== 'script';
        if (wanted && reason !== 'net::ERR_ABORTED') {
            problems.push(`${reason}: ${request.method()} ${request.url()}`);
        }
    });
}
