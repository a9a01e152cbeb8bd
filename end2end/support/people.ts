/** Somebody who signs in. */
export interface Person {
    email: string;
    password: string;
    /** What the address begins with that they land at after signing in. */
    side: '/c/' | '/p/' | '/places';
}

const password = 'northwind-demo';

/** The sign-ins of the demo company. */
export const owner: Person = { email: 'mia.bennett@northwind.example', password, side: '/c/' };
export const partner: Person = { email: 'priya@northern-workshop.example', password, side: '/p/' };

/** Owns the demo company, and is a member of one of its partners. */
export const both: Person = { email: 'alex@both.example', password, side: '/places' };

/** Those of the company in the sandbox and in the production database. */
export const sam: Person = { email: 'sam@riverside.example', password, side: '/c/' };
export const harbour: Person = { email: 'lena@harbour.example', password, side: '/p/' };
