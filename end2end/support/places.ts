/** What an address begins with: a company's key or a partner organisation's. */
const PLACE = /^\/[cp]\/[^/?#]+/;

/** An address without its place, like "/rewards": the same for every company. */
export function within(address: string): string {
    const rest = address.replace(PLACE, '');
    return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The place of an address, like "/c/northwind"; empty for one that has none. */
export function placeOf(address: string): string {
    return PLACE.exec(address)?.[0] ?? '';
}
