import { routeOf, routes } from '../support/routes.ts';
import { screens } from '../support/screens.ts';
import { expect, test } from '../support/test.ts';

test('every route of the application is among the screens that are looked at', () => {
    const all = routes();
    expect(all.length).toBeGreaterThan(30);
    expect(all).toContain('/c/:company/partners/:key/rewards');
    const visited = new Set(screens.map((screen) => screen.route));
    expect(all.filter((route) => !visited.has(route))).toEqual([]);
});

test('a path belongs to the route with most fixed parts', () => {
    const all = ['/customers', '/customers/:key', '/customers/new', '/customers/:key/sale'];
    expect(routeOf('/customers/new', all)).toBe('/customers/new');
    expect(routeOf('/customers/acme', all)).toBe('/customers/:key');
    expect(routeOf('/customers/', all)).toBeUndefined();
    expect(routeOf('/customers/acme/sale', all)).toBe('/customers/:key/sale');
});
