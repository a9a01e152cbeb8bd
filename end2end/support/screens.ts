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
}

const aPartner = { as: owner, path: '/partners', link: /^\/partners\/[^/?]+$/ };
const aCustomer = { as: owner, path: '/customers', link: /^\/customers\/(?!new$)[^/?]+$/ };
const aReward = { as: owner, path: '/rewards', link: /^\/rewards\/[^/?]+/ };
const anInvoice = { as: owner, path: '/invoices', link: /^\/invoices\/[^/?]+$/ };
const anOffer = { as: owner, path: '/offers', link: /^\/offers\/(?!new$)[^/?]+$/ };

export const screens: Screen[] = [
    { name: 'sign-in', path: '/sign-in' },
    { name: 'not-found', as: owner, path: '/no-such-page' },
    { name: 'home', as: owner, path: '/' },
    { name: 'partners', as: owner, path: '/partners' },
    { name: 'partner', ...aPartner },
    { name: 'partner-rewards', ...aPartner, then: '/rewards' },
    { name: 'partner-customers', ...aPartner, then: '/customers' },
    { name: 'partner-transactions', ...aPartner, then: '/transactions' },
    { name: 'partner-activity', ...aPartner, then: '/activity' },
    { name: 'manual-reward', ...aPartner, then: '/manual-reward' },
    { name: 'customers', as: owner, path: '/customers' },
    { name: 'customer-new', as: owner, path: '/customers/new' },
    { name: 'customer', ...aCustomer },
    { name: 'customer-sale', ...aCustomer, then: '/sale' },
    { name: 'customer-refund', ...aCustomer, then: '/refund' },
    { name: 'customer-attribution', ...aCustomer, then: '/attribution' },
    { name: 'rewards', as: owner, path: '/rewards' },
    { name: 'reward', ...aReward },
    { name: 'invoices', as: owner, path: '/invoices' },
    { name: 'invoice', ...anInvoice },
    { name: 'invoice-print', ...anInvoice, then: '/print' },
    { name: 'offers', as: owner, path: '/offers' },
    { name: 'offer-new', as: owner, path: '/offers/new' },
    { name: 'offer', ...anOffer },
    { name: 'settings', as: owner, path: '/settings' },
    { name: 'settings-import', as: owner, path: '/settings/import' },
    { name: 'settings-audit', as: owner, path: '/settings/audit' },
    { name: 'search', as: owner, path: '/search?q=an' },
    { name: 'partner-home', as: partner, path: '/partner' },
    { name: 'commissions', as: partner, path: '/partner/commissions' },
    { name: 'commission', as: partner, path: '/partner/commissions', link: /^\/partner\/commissions\/[^/?]+/ },
    { name: 'payouts', as: partner, path: '/partner/payouts' },
    { name: 'payout', as: partner, path: '/partner/payouts', link: /^\/partner\/payouts\/[^/?]+/ },
    { name: 'partner-own-customers', as: partner, path: '/partner/customers' },
    { name: 'more', as: partner, path: '/partner/more' },
];
