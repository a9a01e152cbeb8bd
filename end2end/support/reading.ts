import type { Locator, Page } from '@playwright/test';
import { pathOf, screens } from './screens.ts';

/** Rows, list items or options beyond this many are counted, not shown. */
const MANY = 8;
const SHOWN = 3;

/** Keys that are made anew for each database, and the sizes of files and versions that differ from build to build. */
const MASKS: [RegExp, string][] = [
    [/\b(rwd|pay|rct|trf|adj|pf)_[0-9a-z]{8,}\b/g, '$1_…'],
    [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '…'],
];

/** What a screen reader finds within an element: its tree in words, short enough to be read. */
export async function tree(within: Locator): Promise<string> {
    const lines = (await within.ariaSnapshot()).split('\n').filter((line) => !/^\s*- \/(url|placeholder):/.test(line));
    return `${masked(shortened(lines).join('\n'))}\n`;
}

/** What stands on the paper when the page is printed, line by line. */
export async function printed(page: Page): Promise<string> {
    await page.emulateMedia({ media: 'print' });
    const text = await page.locator('body').innerText();
    await page.emulateMedia({ media: 'screen' });
    return `${masked(text.replaceAll(/\n{3,}/g, '\n\n').replaceAll('\t', '  ').trim())}\n`;
}

/** The tree of the page around its main part. */
export function frameOf(tree: string): string {
    const lines = tree.split('\n');
    const start = lines.findIndex((line) => /^\s*- main\b/.test(line));
    const end = lines.findIndex((line, at) => at > start && depth(line) <= depth(lines[start] ?? ''));
    return [...lines.slice(0, start + 1), ...(end === -1 ? [''] : lines.slice(end))].join('\n');
}

/** The address of one of the listed screens; `open` opens the list that it is found on. */
export async function addressOf(name: string, page: Page, open: (path: string) => Promise<void>): Promise<string> {
    const screen = screens.find((screen) => screen.name === name);
    if (screen === undefined) {
        throw new Error(`there is no screen “${name}”`);
    }
    if (screen.link !== undefined) {
        await open(screen.path);
    }
    return pathOf(screen, () => page.locator('a[href]').evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute('href'))));
}

function masked(text: string): string {
    return MASKS.reduce((text, [pattern, mask]) => text.replaceAll(pattern, mask), text);
}

function depth(line: string): number {
    return line.search(/\S|$/);
}

/** Of many things of one kind that follow each other, the first ones. */
function shortened(lines: string[]): string[] {
    const out: string[] = [];
    let at = 0;
    while (at < lines.length) {
        const kind = kindOf(lines[at] ?? '');
        // Where each of those that follow each other begins, and where the last one ends.
        const starts = [at];
        let end = ending(lines, at);
        while (kind !== '' && end < lines.length && depth(lines[end] ?? '') === depth(lines[at] ?? '') && kindOf(lines[end] ?? '') === kind) {
            starts.push(end);
            end = ending(lines, end);
        }
        const shown = starts.length > MANY ? starts.slice(0, SHOWN) : starts;
        for (const start of shown) {
            out.push(lines[start] ?? '', ...shortened(lines.slice(start + 1, ending(lines, start))));
        }
        if (shown.length < starts.length) {
            out.push(`${' '.repeat(depth(lines[at] ?? ''))}- … ${starts.length - shown.length} more: ${kind}`);
        }
        at = end;
    }
    return out;
}

/** Where what begins here ends: at the next line that is no deeper. */
function ending(lines: string[], start: number): number {
    const end = lines.findIndex((line, at) => at > start && depth(line) <= depth(lines[start] ?? ''));
    return end === -1 ? lines.length : end;
}

/** "row", "listitem", "option"; empty for what is never left out. */
function kindOf(line: string): string {
    return /^\s*- '?(row|listitem|option)\b/.exec(line)?.[1] ?? '';
}
