import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export interface Source {
	/** From the root of the checkout, with forward slashes. */
	path: string;
	text: string;
	lines: number;
}

/** The files that match a glob, from the root of the checkout, in order of their paths. */
export function sources(glob: string | string[]): Source[] {
	return globSync(glob, { cwd: ROOT })
		.filter((path) => statSync(join(ROOT, path)).isFile())
		.sort()
		.map((path) => {
			const text = readFileSync(join(ROOT, path), 'utf8');
			return { path, text, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) };
		});
}
