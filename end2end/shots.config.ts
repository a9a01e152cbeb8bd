import config from './playwright.config.ts';

/** Screenshots of every screen: no tests, but they fail on the same problems. */
export default {
    ...config,
    testDir: 'shots',
    reporter: [['list']],
    projects: config.projects?.filter(({ name }) => name === 'desktop' || name === 'phone'),
};
