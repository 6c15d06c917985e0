import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DEMO_MARK } from './secure.ts';

const marked = (bytes: Uint8Array) =>
	Buffer.concat([DEMO_MARK, bytes.subarray(0, 28)]).toString('base64url');

const demoKeysSchema = z
	.object({
		TAPDONE_MASTER_KEYS: z.string(),
		TAPDONE_LINK_KEYS: z.string(),
		TAPDONE_LOOKUP_KEY: z.string(),
		TAPDONE_AUDIT_KEYS: z.string().optional()
	})
	.transform(({ TAPDONE_AUDIT_KEYS, ...keys }) => ({
		...keys,
		// A demo that was made before there was one gets the same at every start.
		TAPDONE_AUDIT_KEYS:
			TAPDONE_AUDIT_KEYS ??
			`demo:${marked(createHash('sha256').update(keys.TAPDONE_LOOKUP_KEY).digest())}`
	}));

export type DemoKeys = z.output<typeof demoKeysSchema>;

const newKey = () => marked(randomBytes(28));

/**
 * The keys of a demo: made at its first start, kept in `demo-keys.json` (mode 0600) of `dir`, and
 * marked so that production refuses them. Processes that start together get the same keys.
 */
export function demoKeys(dir: string): DemoKeys {
	const file = join(dir, 'demo-keys.json');
	return readKeys(file) ?? makeKeys(dir, file);
}

function makeKeys(dir: string, file: string): DemoKeys {
	mkdirSync(dir, { recursive: true });
	const keys: DemoKeys = {
		TAPDONE_MASTER_KEYS: `demo:${newKey()}`,
		TAPDONE_LINK_KEYS: `demo:${newKey()}`,
		TAPDONE_LOOKUP_KEY: newKey(),
		TAPDONE_AUDIT_KEYS: `demo:${newKey()}`
	};
	// A link appears whole or not at all, and fails if another process was first.
	const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
	writeFileSync(draft, `${JSON.stringify(keys, null, '\t')}\n`, { mode: 0o600, flag: 'wx' });
	try {
		linkSync(draft, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	} finally {
		rmSync(draft);
	}
	return readKeys(file) ?? keys;
}

function readKeys(file: string): DemoKeys | null {
	try {
		return demoKeysSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw new Error(`${file} is damaged. Remove it, and the demo's data with it.`, {
			cause: error
		});
	}
}
