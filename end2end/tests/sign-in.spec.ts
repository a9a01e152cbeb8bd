import { owner, partner } from '../support/people.ts';
import { expect, isHome, test } from '../support/test.ts';

for (const person of [owner, partner]) {
    test(`${person.email} signs in and lands at home`, async ({ page, signIn }) => {
        await signIn(person);
        expect(isHome(page.url(), person)).toBe(true);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    });
}
