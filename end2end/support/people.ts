/** Somebody who signs in. */
export interface Person {
    email: string;
    password: string;
    /** What the address begins with that they land at after signing in. */
    side: '/c/' | '/p/';
}

const password = 'northwind-demo';

/** The sign-ins of the demo company. */
export const owner: Person = { email: 'mia.bennett@northwind.example', password, side: '/c/' };
export const partner: Person = { email: 'priya@northern-workshop.example', password, side: '/p/' };

/** Those of the company in the sandbox and in the production database. */
export const sam: Person = { email: 'sam@riverside.example', password, side: '/c/' };
export const harbour: Person = { email: 'lena@harbour.example', password, side: '/p/' };
