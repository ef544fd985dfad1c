/** What npm asks where nothing else is said. */
export const NPM_REGISTRY = "https://registry.npmjs.org";
