import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Kept, Outside } from './port.ts';

export const CHECKPOINTS_FILE = 'checkpoints.jsonl';
export const RECEIPTS_FILE = 'erasures.jsonl';

const lineSchema = z.object({ number: z.number().int().positive(), jws: z.string() });

/** Nothing is kept outside: the log alone tells of checkpoints. */
export const nowhere: Outside = {
	lastCheckpoint: () => Promise.resolve(null),
	keepCheckpoints: () => Promise.resolve(),
	keepReceipt: () => Promise.resolve()
};

/**
 * Two append-only files in a directory. Several nodes may share it: a line that stands there twice
 * says the same. A line that a power cut has torn is left behind and written again.
 */
export function createFiles(dir: string): Outside {
	const file = join(dir, CHECKPOINTS_FILE);
	return {
		async lastCheckpoint() {
			return readCheckpoints(await textOf(file)).reduce(
				(last, { number }) => Math.max(last, number),
				0
			);
		},
		async keepCheckpoints(checkpoints) {
			if (checkpoints.length === 0) return;
			await append(
				dir,
				file,
				checkpoints.map(({ number, jws }) => JSON.stringify({ number, jws }))
			);
		},
		keepReceipt: (receipt) => append(dir, join(dir, RECEIPTS_FILE), [JSON.stringify({ receipt })])
	};
}

/** The lines of such a file that are whole. */
export function readCheckpoints(text: string): Kept[] {
	return text.split('\n').flatMap((line) => {
		try {
			return lineSchema.parse(JSON.parse(line));
		} catch {
			return [];
		}
	});
}

async function append(dir: string, file: string, lines: string[]): Promise<void> {
	await mkdir(dir, { recursive: true, mode: 0o700 });
	const handle = await open(file, 'a+', 0o600);
	try {
		const { size } = await handle.stat();
		const last = Buffer.alloc(1);
		if (size > 0) await handle.read(last, 0, 1, size - 1);
		// After a torn line a new one begins.
		const start = size > 0 && last.toString() !== '\n' ? '\n' : '';
		await handle.appendFile(`${start}${lines.join('\n')}\n`);
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
