/** Somebody who signs in. */
export interface Person {
    email: string;
    password: string;
    /** Where they land after signing in. */
    home: string;
}

const password = 'northwind-demo';

/** The sign-ins of the demo company. */
export const owner: Person = { email: 'mia.bennett@northwind.example', password, home: '/' };
export const partner: Person = { email: 'priya@northern-workshop.example', password, home: '/partner' };

/** Those of the company in the sandbox and in the production database. */
export const sam: Person = { email: 'sam@riverside.example', password, home: '/' };
export const harbour: Person = { email: 'lena@harbour.example', password, home: '/partner' };
