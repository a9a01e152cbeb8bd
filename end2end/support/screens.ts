import { type Person, both, owner, partner } from './people.ts';

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
const aCustomer = { as: owner, path: '/customers', link: /^\/[cp]\/[^/]+\/customers\/(?!new$)[^/?]+$/ };
const aReward = { as: owner, path: '/rewards', link: /^\/[cp]\/[^/]+\/rewards\/[^/?]+/ };
const anInvoice = { as: owner, path: '/invoices', link: /^\/[cp]\/[^/]+\/invoices\/NORTHWIND-\d+$/ };
const anOffer = { as: owner, path: '/offers', link: /^\/[cp]\/[^/]+\/offers\/(?!new$)[^/?]+$/ };

export const screens: Screen[] = [
    { name: 'sign-in', path: '/sign-in', route: '/sign-in' },
    { name: 'set-password', path: '/sign-in/link/no-longer-valid', route: '/sign-in/link/:token' },
    { name: 'places', as: both, path: '/places', route: '/places' },
    { name: 'not-found', as: owner, path: '/no-such-page' },
    { name: 'partner-not-found', as: partner, path: '/partner/no-such-page' },
    { name: 'home', as: owner, path: '/', route: '/c/:company' },
    { name: 'partners', as: owner, path: '/partners', route: '/c/:company/partners' },
    { name: 'partner-new', as: owner, path: '/partners/new', route: '/c/:company/partners/new' },
    { name: 'partner', ...aPartner, route: '/c/:company/partners/:key' },
    { name: 'partner-overview', ...aPartner, then: '/overview', route: '/c/:company/partners/:key/overview' },
    { name: 'partner-rewards', ...aPartner, then: '/rewards', route: '/c/:company/partners/:key/rewards' },
    { name: 'partner-customers', ...aPartner, then: '/customers', route: '/c/:company/partners/:key/customers' },
    { name: 'partner-transactions', ...aPartner, then: '/transactions', route: '/c/:company/partners/:key/transactions' },
    { name: 'partner-activity', ...aPartner, then: '/activity', route: '/c/:company/partners/:key/activity' },
    { name: 'partner-edit', ...aPartner, then: '/edit', route: '/c/:company/partners/:key/edit' },
    { name: 'manual-reward', ...aPartner, then: '/manual-reward', route: '/c/:company/partners/:key/manual-reward' },
    { name: 'customers', as: owner, path: '/customers', route: '/c/:company/customers' },
    { name: 'customer-new', as: owner, path: '/customers/new', route: '/c/:company/customers/new' },
    { name: 'customer', ...aCustomer, route: '/c/:company/customers/:key' },
    { name: 'customer-overview', ...aCustomer, then: '/overview', route: '/c/:company/customers/:key/overview' },
    { name: 'customer-edit', ...aCustomer, then: '/edit', route: '/c/:company/customers/:key/edit' },
    { name: 'customer-sale', ...aCustomer, then: '/sale', route: '/c/:company/customers/:key/sale' },
    { name: 'customer-refund', ...aCustomer, then: '/refund', route: '/c/:company/customers/:key/refund' },
    { name: 'customer-attribution', ...aCustomer, then: '/attribution', route: '/c/:company/customers/:key/attribution' },
    { name: 'customer-void', ...aCustomer, then: '/void', route: '/c/:company/customers/:key/void' },
    { name: 'rewards', as: owner, path: '/rewards', route: '/c/:company/rewards' },
    { name: 'reward', ...aReward, route: '/c/:company/rewards/:key' },
    { name: 'invoices', as: owner, path: '/invoices', route: '/c/:company/invoices' },
    { name: 'invoice', ...anInvoice, route: '/c/:company/invoices/:number' },
    { name: 'invoice-accumulating', as: owner, path: '/invoices/2026-11-USD', route: '/c/:company/invoices/:number' },
    // One with few lines: axe takes long over thousands.
    { name: 'invoice-print', ...anInvoice, path: '/invoices?currency=KWD', then: '/print', route: '/c/:company/invoices/:number/print' },
    { name: 'offers', as: owner, path: '/offers', route: '/c/:company/offers' },
    { name: 'offer-new', as: owner, path: '/offers/new', route: '/c/:company/offers/new' },
    { name: 'offer', ...anOffer, route: '/c/:company/offers/:key' },
    { name: 'offer-overview', ...anOffer, then: '/overview', route: '/c/:company/offers/:key/overview' },
    { name: 'offer-version', ...anOffer, then: '/version', route: '/c/:company/offers/:key/version' },
    { name: 'settings', as: owner, path: '/settings', route: '/c/:company/settings' },
    { name: 'settings-import-void', as: owner, path: '/settings/import/void', route: '/c/:company/settings/import/void' },
    { name: 'settings-import', as: owner, path: '/settings/import', route: '/c/:company/settings/import' },
    { name: 'settings-audit', as: owner, path: '/settings/audit', route: '/c/:company/settings/audit' },
    { name: 'search', as: owner, path: '/search?q=northern', route: '/c/:company/search' },
    { name: 'partner-home', as: partner, path: '/partner', route: '/p/:partner' },
    { name: 'commissions', as: partner, path: '/partner/commissions', route: '/p/:partner/commissions' },
    {
        name: 'commission',
        as: partner,
        path: '/partner/commissions',
        link: /^\/p\/[^/]+\/commissions\/[^/?]+/,
        route: '/p/:partner/commissions/:key',
    },
    { name: 'payouts', as: partner, path: '/partner/payouts', route: '/p/:partner/payouts' },
    { name: 'payout', as: partner, path: '/partner/payouts', link: /^\/p\/[^/]+\/payouts\/[^/?]+/, route: '/p/:partner/payouts/:key' },
    { name: 'partner-own-customers', as: partner, path: '/partner/customers', route: '/p/:partner/customers' },
    { name: 'more', as: partner, path: '/partner/more', route: '/p/:partner/more' },
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
