import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, viteBuild } from './build.ts';

const FOLDER = join(root, 'tests/.cache/bench-empty');

/**
 * The smallest SvelteKit application there is, with the same adapter and, like our customer pages,
 * without a script: what the framework alone costs. Beside its page it has an endpoint that takes a
 * body and says nothing; forms without an `Origin` are let in, as providers post them.
 */
const FILES: Record<string, string> = {
	'package.json': '{ "private": true, "type": "module" }',
	'svelte.config.js': `import adapter from '@sveltejs/adapter-node';
export default {
	kit: { adapter: adapter({ precompress: false }), csrf: { trustedOrigins: ['*'] } }
};`,
	'vite.config.js': `import { sveltekit } from '@sveltejs/kit/vite';
export default { plugins: [sveltekit()] };`,
	'src/app.html': `<!doctype html>
<html lang="en">
	<head>%sveltekit.head%</head>
	<body>%sveltekit.body%</body>
</html>`,
	'src/routes/+page.js': 'export const csr = false;',
	'src/routes/+page.svelte': '<h1>Empty</h1>',
	'src/routes/hook/+server.js': `export async function POST({ request }) {
	await request.arrayBuffer();
	return new Response(null, { status: 204 });
}`
};

/** Builds it; gives the file that serves it on PORT. */
export function buildEmptyApp(): string {
	rmSync(FOLDER, { recursive: true, force: true });
	for (const [name, text] of Object.entries(FILES)) {
		mkdirSync(dirname(join(FOLDER, name)), { recursive: true });
		writeFileSync(join(FOLDER, name), text);
	}
	viteBuild(FOLDER);
	return join(FOLDER, 'build/index.js');
}
