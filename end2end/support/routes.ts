import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../../app/src');

/** A page's address, and what builds it, as they stand in a `view!`. */
const pieces = /<ParentRoute path=path!\("([^"]*)"\)|(<\/ParentRoute>)|<Route path=path!\("([^"]*)"\)|<(\w+Routes)\/>/g;

/** Every address that the application has a page for, like "/c/:company/partners/:key/rewards", read from its source. */
export function routes(): string[] {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
    const texts = files.map((name) => readFileSync(join(source, name), 'utf8').replace(/^\s*\/\/.*$/gm, ''));
    /** An area brings its routes as one component, which is defined in a file of its own. */
    const defined = (name: string): string => {
        const text = texts.find((text) => new RegExp(`fn ${name}\\(`).test(text));
        if (text === undefined) {
            throw new Error(`app/src defines no ${name}`);
        }
        return text.slice(text.search(new RegExp(`fn ${name}\\(`)));
    };
    const found = new Set<string>();
    const walk = (text: string, above: string) => {
        const parents = [above];
        for (const [, parent, end, route, area] of text.matchAll(pieces)) {
            const here = parents.at(-1) ?? '';
            if (parent !== undefined) {
                parents.push(joined(here, parent));
            } else if (end !== undefined) {
                parents.pop();
            } else if (route !== undefined) {
                found.add(joined(here, route) || '/');
            } else if (area !== undefined) {
                walk(defined(area), here);
            }
        }
    };
    for (const part of ['CompanyApp', 'PartnerApp', 'PublicApp']) {
        walk(defined(part), '');
    }
    return [...found].sort();
}

function joined(above: string, path: string): string {
    const part = path.replaceAll(/^\/|\/$/g, '');
    return part === '' ? above : `${above}/${part}`;
}

/** The route that a path belongs to: fixed parts before named ones, as in the application. */
export function routeOf(path: string, all: string[]): string | undefined {
    const parts = path.split('/');
    const fits = all.filter((route) => {
        const wanted = route.split('/');
        return wanted.length === parts.length && wanted.every((part, place) => part === parts[place] || (part.startsWith(':') && parts[place] !== ''));
    });
    return fits.sort((one, other) => one.split(':').length - other.split(':').length)[0];
}
