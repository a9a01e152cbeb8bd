import { partner } from '../support/people.ts';
import { addressOf, frameOf, printed, tree } from '../support/reading.ts';
import { expect, test } from '../support/test.ts';

// The demo as it comes: other tests bring rows of their own.
test.use({ alone: 'demo' });

const SCREENS = ['partner-home', 'commissions', 'commission', 'payouts', 'payout', 'partner-own-customers', 'more'];

test('what the partner’s screens say and print', async ({ page, gotoReady, signIn }) => {
    test.setTimeout(120_000);
    await signIn(partner);
    expect.soft(frameOf(await tree(page.locator('body')))).toMatchSnapshot('partner-frame.txt');
    for (const name of SCREENS) {
        await gotoReady(await addressOf(name, page, gotoReady));
        expect.soft(await tree(page.locator('main')), name).toMatchSnapshot(`${name}.txt`);
        if (name === 'payout' || name === 'commission') {
            expect.soft(await printed(page), name).toMatchSnapshot(`${name}-printed.txt`);
        }
    }
});
