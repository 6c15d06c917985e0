import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Kept, KeptKind, Outside } from './port.ts';

const lineSchema = z.object({ number: z.number().int().positive(), jws: z.string() });

/** The file of a kind. */
export const fileOf = (dir: string, kind: KeptKind): string => join(dir, `${kind}.jsonl`);

/** Nothing is kept outside: the log alone tells of checkpoints. */
export const nowhere: Outside = {
	last: () => Promise.resolve(null),
	keep: () => Promise.resolve()
};

/**
 * One append-only file a kind in a directory. Several nodes may share it: a line that stands there
 * twice says the same. A line that a power cut has torn is left behind and written again.
 */
export function createFiles(dir: string): Outside {
	return {
		async last(kind) {
			const kept = readKept(await textOf(fileOf(dir, kind)));
			return kept.reduce((last, { number }) => Math.max(last, number), 0);
		},
		async keep(kind, lines) {
			if (lines.length > 0) await append(dir, fileOf(dir, kind), lines);
		}
	};
}

/** The lines of such a file that are whole. */
export function readKept(text: string): Kept[] {
	return text.split('\n').flatMap((line) => {
		try {
			return lineSchema.parse(JSON.parse(line));
		} catch {
			return [];
		}
	});
}

async function append(dir: string, file: string, lines: readonly Kept[]): Promise<void> {
	await mkdir(dir, { recursive: true, mode: 0o700 });
	const handle = await open(file, 'a+', 0o600);
	try {
		const { size } = await handle.stat();
		const last = Buffer.alloc(1);
		if (size > 0) await handle.read(last, 0, 1, size - 1);
		// After a torn line a new one begins.
		const start = size > 0 && last.toString() !== '\n' ? '\n' : '';
		const texts = lines.map(({ number, jws }) => `${JSON.stringify({ number, jws })}\n`);
		await handle.appendFile(start + texts.join(''));
		await handle.sync();
	} finally {
		await handle.close();
	}
}

async function textOf(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
		throw error;
	}
}
