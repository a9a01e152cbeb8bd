/** The sign-ins of the demo company. */
export interface Person {
    email: string;
    password: string;
    /** Where they land after signing in. */
    home: string;
}

const password = 'northwind-demo';

export const owner: Person = { email: 'mia.bennett@northwind.example', password, home: '/' };
export const partner: Person = { email: 'priya@northern-workshop.example', password, home: '/partner' };
