import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './processes.ts';

/** What the built app is made of. */
const SOURCES = [
	'src/lib/**/*',
	'src/routes/**/*',
	'src/app.html',
	'src/hooks.server.ts',
	'migrations/*',
	'static/*',
	'svelte.config.js',
	'vite.config.ts',
	'package-lock.json'
];

function newest(root: string): number {
	const files = globSync(SOURCES, { cwd: root }).map((path) => statSync(join(root, path)));
	return Math.max(...files.filter((file) => file.isFile()).map(({ mtimeMs }) => mtimeMs));
}

/** Builds the app if there is no build, or one that is older than its sources. */
export async function buildIfNeeded(root: string, say: (text: string) => void): Promise<void> {
	const built = join(root, 'build/handler.js');
	if (existsSync(built) && statSync(built).mtimeMs >= newest(root)) return;
	say('Building the app; this takes about a minute and is needed once …');
	await runStep([join(root, 'node_modules/vite/bin/vite.js'), 'build'], { cwd: root });
}
