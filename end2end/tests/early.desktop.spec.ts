import { owner } from '../support/people.ts';
import { pathOf, screens } from '../support/screens.ts';
import { expect, ready, test } from '../support/test.ts';

/** Fills in everything on the page, as somebody does who does not wait for it, and says how it stands then. */
function fillAll(controls: (HTMLElement | SVGElement)[]): string[] {
    return controls.map((control) => {
        if (control instanceof HTMLSelectElement) {
            control.selectedIndex = control.options.length - 1;
            return control.value;
        }
        if (control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type)) {
            control.checked = !control.checked;
            return String(control.checked);
        }
        if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) {
            const values: Record<string, string> = { date: '2026-03-04', 'datetime-local': '2026-03-04T12:00', number: '7', email: 'typed@early.example' };
            control.value = values[control.type] ?? 'typed early';
            return control.value;
        }
        return '';
    });
}

function readAll(controls: (HTMLElement | SVGElement)[]): string[] {
    return controls.map((control) => {
        if (control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type)) {
            return String(control.checked);
        }
        return control instanceof HTMLSelectElement || control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? control.value : '';
    });
}

test('what is typed before the client comes is still there when it has', async ({ page, signIn, gotoReady }) => {
    test.setTimeout(240_000);
    await signIn(owner);
    let filled = 0;
    for (const screen of screens.filter((screen) => screen.as === owner)) {
        if (screen.link !== undefined) {
            await gotoReady(screen.path);
        }
        const path = await pathOf(screen, () =>
            page.locator('a[href]').evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute('href'))),
        );
        let come = (): void => {};
        const wanted = new Promise<void>((resolve) => {
            come = resolve;
        });
        await page.route('**/*.wasm', async (route) => {
            await wanted;
            await route.continue();
        });
        await page.goto(path);
        await expect(page.locator('h1').first()).toBeVisible();
        const controls = page.locator('main :is(input, textarea, select):not([type=hidden], [type=file], [type=radio], [disabled], [readonly])');
        const typed = await controls.evaluateAll(fillAll);
        expect(await page.locator('html[data-hydrated]').count(), path).toBe(0);
        come();
        await ready(page);
        expect(await controls.evaluateAll(readAll), path).toEqual(typed);
        await page.unroute('**/*.wasm');
        filled += typed.length;
    }
    expect(filled).toBeGreaterThan(50);
});
