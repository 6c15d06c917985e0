import { readFile } from 'node:fs/promises';
import { publicKeys } from '../lib/server/crypto/signer.ts';
import { repeatErasures } from '../lib/server/flows/repeat-erasures.ts';
import { readKept } from '../lib/server/outside/files.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage: npm run erase-again -- <erasures.jsonl>
After the database was restored from a backup, before the first process starts: erases again whoever was
erased since that backup was made, by the signed receipts in TAPDONE_AUDIT_DIR. May be run again.`;

const { positionals } = readArguments(USAGE, {});
const [file, ...more] = positionals;
if (file === undefined || more.length > 0) stopWith(USAGE, 2);
const text = await readFile(file, 'utf8').catch(() => stopWith(`${file} cannot be read.`, 2));

await withDatabase(async ({ db }, { keys }) => {
	const receipts = readKept(text).map(({ jws }) => jws);
	const signers = publicKeys(keys.audit);
	const { erased, gone, left, unsigned } = await repeatErasures({ db }, signers, receipts);
	console.log(`${erased} cases are erased again, ${gone} were still, or are not in this backup.`);
	for (const id of left) console.error(`Case ${id} has a submission under way: settle it first.`);
	if (unsigned > 0) console.error(`${unsigned} lines are not signed by TAPDONE_AUDIT_KEYS.`);
	if (left.length + unsigned > 0) process.exitCode = 1;
});
