import { type Person, owner, partner } from './people.ts';

/** A screen to look at: a path, or the first link on a list that fits, with something added. */
export interface Screen {
    name: string;
    as?: Person;
    path: string;
    /** Follow the first link of `path` that matches this … */
    link?: RegExp;
    /** … and add this to its address. */
    then?: string;
    /** The route that it shows, as `routes.ts` reads them; none for what has no page. */
    route?: string;
}

const aPartner = { as: owner, path: '/partners/northern-workshop' };
const aCustomer = { as: owner, path: '/customers', link: /^\/customers\/(?!new$)[^/?]+$/ };
const aReward = { as: owner, path: '/rewards', link: /^\/rewards\/[^/?]+/ };
const anInvoice = { as: owner, path: '/invoices', link: /^\/invoices\/NORTHWIND-\d+$/ };
const anOffer = { as: owner, path: '/offers', link: /^\/offers\/(?!new$)[^/?]+$/ };

export const screens: Screen[] = [
    { name: 'sign-in', path: '/sign-in', route: '/sign-in' },
    { name: 'set-password', path: '/sign-in/link/no-longer-valid', route: '/sign-in/link/:token' },
    { name: 'not-found', as: owner, path: '/no-such-page' },
    { name: 'partner-not-found', as: partner, path: '/partner/no-such-page' },
    { name: 'home', as: owner, path: '/', route: '/' },
    { name: 'partners', as: owner, path: '/partners', route: '/partners' },
    { name: 'partner-new', as: owner, path: '/partners/new', route: '/partners/new' },
    { name: 'partner', ...aPartner, route: '/partners/:key' },
    { name: 'partner-overview', ...aPartner, then: '/overview', route: '/partners/:key/overview' },
    { name: 'partner-rewards', ...aPartner, then: '/rewards', route: '/partners/:key/rewards' },
    { name: 'partner-customers', ...aPartner, then: '/customers', route: '/partners/:key/customers' },
    { name: 'partner-transactions', ...aPartner, then: '/transactions', route: '/partners/:key/transactions' },
    { name: 'partner-activity', ...aPartner, then: '/activity', route: '/partners/:key/activity' },
    { name: 'partner-edit', ...aPartner, then: '/edit', route: '/partners/:key/edit' },
    { name: 'manual-reward', ...aPartner, then: '/manual-reward', route: '/partners/:key/manual-reward' },
    { name: 'customers', as: owner, path: '/customers', route: '/customers' },
    { name: 'customer-new', as: owner, path: '/customers/new', route: '/customers/new' },
    { name: 'customer', ...aCustomer, route: '/customers/:key' },
    { name: 'customer-overview', ...aCustomer, then: '/overview', route: '/customers/:key/overview' },
    { name: 'customer-edit', ...aCustomer, then: '/edit', route: '/customers/:key/edit' },
    { name: 'customer-sale', ...aCustomer, then: '/sale', route: '/customers/:key/sale' },
    { name: 'customer-refund', ...aCustomer, then: '/refund', route: '/customers/:key/refund' },
    { name: 'customer-attribution', ...aCustomer, then: '/attribution', route: '/customers/:key/attribution' },
    { name: 'customer-void', ...aCustomer, then: '/void', route: '/customers/:key/void' },
    { name: 'rewards', as: owner, path: '/rewards', route: '/rewards' },
    { name: 'reward', ...aReward, route: '/rewards/:key' },
    { name: 'invoices', as: owner, path: '/invoices', route: '/invoices' },
    { name: 'invoice', ...anInvoice, route: '/invoices/:number' },
    { name: 'invoice-accumulating', as: owner, path: '/invoices/2026-11-USD', route: '/invoices/:number' },
    // One with few lines: axe takes long over thousands.
    { name: 'invoice-print', ...anInvoice, path: '/invoices?currency=KWD', then: '/print', route: '/invoices/:number/print' },
    { name: 'offers', as: owner, path: '/offers', route: '/offers' },
    { name: 'offer-new', as: owner, path: '/offers/new', route: '/offers/new' },
    { name: 'offer', ...anOffer, route: '/offers/:key' },
    { name: 'offer-overview', ...anOffer, then: '/overview', route: '/offers/:key/overview' },
    { name: 'offer-version', ...anOffer, then: '/version', route: '/offers/:key/version' },
    { name: 'settings', as: owner, path: '/settings', route: '/settings' },
    { name: 'settings-import', as: owner, path: '/settings/import', route: '/settings/import' },
    { name: 'settings-audit', as: owner, path: '/settings/audit', route: '/settings/audit' },
    { name: 'search', as: owner, path: '/search?q=northern', route: '/search' },
    { name: 'partner-home', as: partner, path: '/partner', route: '/partner' },
    { name: 'commissions', as: partner, path: '/partner/commissions', route: '/partner/commissions' },
    {
        name: 'commission',
        as: partner,
        path: '/partner/commissions',
        link: /^\/partner\/commissions\/[^/?]+/,
        route: '/partner/commissions/:key',
    },
    { name: 'payouts', as: partner, path: '/partner/payouts', route: '/partner/payouts' },
    { name: 'payout', as: partner, path: '/partner/payouts', link: /^\/partner\/payouts\/[^/?]+/, route: '/partner/payouts/:key' },
    { name: 'partner-own-customers', as: partner, path: '/partner/customers', route: '/partner/customers' },
    { name: 'more', as: partner, path: '/partner/more', route: '/partner/more' },
];

/** The path of a screen; `links` are those of the page at its `path`. */
export async function pathOf(screen: Screen, links: () => Promise<(string | null)[]>): Promise<string> {
    if (screen.link === undefined) {
        return screen.path + (screen.then ?? '');
    }
    const pattern = screen.link;
    const found = (await links()).find((href) => href !== null && pattern.test(href));
    if (found === undefined || found === null) {
        throw new Error(`${screen.path} has no link like ${pattern}`);
    }
    return found.split('?')[0] + (screen.then ?? '');
}
