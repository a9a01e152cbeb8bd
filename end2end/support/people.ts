/** The sign-ins of the demo company. */
export interface Person {
    email: string;
    password: string;
    /** Where they land after signing in. */
    home: string;
}

export const owner: Person = { email: 'owner@northwind.example', password: 'northwind-demo', home: '/' };
export const partner: Person = { email: 'partner@northwind.example', password: 'northwind-demo', home: '/partner' };
