// paint.mjs URL RUNS CHROMIUM: what Lighthouse's phone on a slow network makes of a running demo company's pages: medians, in ms.
import * as chromeLauncher from 'chrome-launcher';
import lighthouse from 'lighthouse';

const [url, runs, chromePath] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const PASSWORD = 'northwind-demo';
const PAGES = [
    ['priya@northern-workshop.example', ['/', '/commissions']],
    ['mia.bennett@northwind.example', ['/', '/rewards']],
];
const AUDITS = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'interactive'];

/** The cookie of a person's session. */
async function signIn(email) {
    const answer = await fetch(`${url}/rpc/session/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', origin: url },
        body: new URLSearchParams({ email, password: PASSWORD, next: '' }),
    });
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    if (answer.status !== 303 || cookies.length === 0) {
        throw new Error(`${email} could not sign in: ${answer.status}`);
    }
    return cookies.join('; ');
}

function median(values) {
    return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

const chrome = await chromeLauncher.launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'] });
try {
    for (const [email, paths] of PAGES) {
        const cookie = await signIn(email);
        for (const path of paths) {
            // To the person's own place.
            const first = await fetch(url + path, { redirect: 'manual', headers: { accept: 'text/html', cookie } });
            const page = new URL(first.headers.get('location') ?? path, url);
            const found = [];
            for (let run = 0; run < runs; run += 1) {
                const { lhr } = await lighthouse(page.href, {
                    port: chrome.port,
                    logLevel: 'error',
                    onlyCategories: ['performance'],
                    extraHeaders: { Cookie: cookie },
                });
                if (lhr.runtimeError !== undefined) {
                    throw new Error(`${page.href}: ${lhr.runtimeError.message}`);
                }
                found.push(AUDITS.map((audit) => lhr.audits[audit].numericValue));
            }
            const medians = AUDITS.map((audit, index) => median(found.map((values) => values[index])).toFixed(audit.startsWith('cumulative') ? 3 : 0));
            console.log([page.pathname.replace(/^\/p\/[^/]*/, '/p/…'), ...medians].join(' '));
        }
    }
} finally {
    await chrome.kill();
}
