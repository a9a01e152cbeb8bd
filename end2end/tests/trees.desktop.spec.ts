import { owner } from '../support/people.ts';
import { addressOf, frameOf, printed, tree } from '../support/reading.ts';
import { expect, test } from '../support/test.ts';

// The demo as it comes: other tests bring rows of their own.
test.use({ alone: 'demo' });

const SCREENS = [
    'home',
    'partners',
    'partner',
    'partner-overview',
    'partner-rewards',
    'partner-customers',
    'partner-transactions',
    'partner-activity',
    'manual-reward',
    'rewards',
    'reward',
    'invoices',
    'invoice',
    'invoice-accumulating',
    'customers',
    'customer',
    'offers',
    'offer',
    'settings',
    'settings-import',
    'settings-audit',
];

test('what the company’s screens say', async ({ page, gotoReady, signIn }) => {
    test.setTimeout(120_000);
    await gotoReady('/sign-in');
    expect.soft(await tree(page.locator('body'))).toMatchSnapshot('sign-in.txt');
    await signIn(owner);
    expect.soft(frameOf(await tree(page.locator('body')))).toMatchSnapshot('company-frame.txt');
    for (const name of SCREENS) {
        await gotoReady(await addressOf(name, page, gotoReady));
        expect.soft(await tree(page.locator('main')), name).toMatchSnapshot(`company-${name}.txt`);
    }
});

test('what the company prints', async ({ page, gotoReady, signIn }) => {
    await signIn(owner);
    for (const name of ['invoice-print', 'customer', 'reward']) {
        await gotoReady(await addressOf(name, page, gotoReady));
        expect.soft(await printed(page), name).toMatchSnapshot(`company-${name}-printed.txt`);
    }
});
