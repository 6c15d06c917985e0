import { execFileSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
const BUILT = join(root, 'build/handler.js');

const changed = (path: string): number => statSync(join(root, path)).mtimeMs;

/** Runs the installed Vite in a folder; npm has put it into the path. */
export function viteBuild(cwd: string): void {
	try {
		execFileSync('vite', ['build', '--logLevel', 'error'], { cwd, stdio: 'pipe' });
	} catch (error) {
		const { stderr } = error as { stderr?: Buffer };
		throw new Error(`The build failed:\n${stderr?.toString() ?? ''}`, { cause: error });
	}
}

/** The production build, made anew if any source file is younger. */
export async function buildIfStale(): Promise<void> {
	const sources = globSync('{src/**/*.*,svelte.config.js,vite.config.ts}', { cwd: root });
	const newest = Math.max(...sources.map(changed));
	if (existsSync(BUILT) && statSync(BUILT).mtimeMs > newest) return;
	console.log('Building …');
	viteBuild(root);
}
