// dependency-cruiser takes aliases from TypeScript only together with `baseUrl`, which TypeScript
// gives up; so here is SvelteKit's one alias in the other form that it reads.
module.exports = { resolve: { alias: { $lib: require('node:path').resolve('src/lib') } } };
