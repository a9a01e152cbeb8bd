import { owner, partner } from '../support/people.ts';
import { expect, test } from '../support/test.ts';

for (const person of [owner, partner]) {
    test(`${person.email} signs in and lands at home`, async ({ page, signIn }) => {
        await signIn(person);
        expect(new URL(page.url()).pathname).toBe(person.home);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    });
}
