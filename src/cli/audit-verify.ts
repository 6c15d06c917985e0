import { readFile } from 'node:fs/promises';
import type { Finding } from '../lib/server/audit/finding.ts';
import { verifyCases } from '../lib/server/audit/verify-cases.ts';
import { verifyRecord } from '../lib/server/audit/verify-record.ts';
import { type PublicKeys, publicKeys, readJwks } from '../lib/server/crypto/signer.ts';
import { loadConfig } from '../lib/server/config.ts';
import type { Db } from '../lib/server/db/connect.ts';
import { fileOf, readKept } from '../lib/server/outside/files.ts';
import { isUuid } from '../lib/contracts/uuid.ts';
import { readArguments } from './support/arguments.ts';
import { openOrStop } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage: npm run audit:verify -- [--files <directory>] [--public-key <file>] [--case <id>]
Verifies the record of events and acts: the hash chain of every case, the chain of privileged acts, every
signed checkpoint and what it covers, and the checkpoints outside the database. Changes nothing, and ends
with 1 when something does not hold, the first bad row in front.
  --files       directory with the checkpoints outside (default: TAPDONE_AUDIT_DIR)
  --public-key  file with the public keys (npm run --silent config -- --public-key > file), so that
                neither secret keys nor the database that is running are needed: DATABASE_URL may name a
                restored dump (default: the keys of TAPDONE_AUDIT_KEYS)
  --case        only the chain of this case; no checkpoint is looked at
Ctrl-C ends it between two pages.`;

const text = { type: 'string' } as const;
const { values } = readArguments(USAGE, { files: text, 'public-key': text, case: text }, false);
if (values.case !== undefined && !isUuid(values.case))
	stopWith(`${values.case} is no id of a case.`, 2);
const loaded = loadConfig(process.env);
const config = loaded.ok ? loaded.value : null;

async function keysOf(file: string | undefined): Promise<PublicKeys> {
	if (file === undefined)
		return config
			? publicKeys(config.keys.audit)
			: stopWith(`Without the configuration of the server, give --public-key.\n${USAGE}`, 2);
	const read = readJwks(await readFile(file, 'utf8'));
	return read.ok ? read.value : stopWith(`${file} holds no public keys.`, 2);
}

async function keptIn(directory: string | null) {
	if (directory === null) return null;
	const path = fileOf(directory, 'checkpoints');
	return readKept(await readFile(path, 'utf8').catch(() => stopWith(`${path} cannot be read.`, 2)));
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
let told = performance.now();
function progress(done: object): void {
	if (performance.now() - told < 2_000) return;
	told = performance.now();
	process.stderr.write(`verified so far: ${JSON.stringify(done).replace(/["{}]/g, '')}\n`);
}

async function verify(db: Db): Promise<Finding[]> {
	const watch = { progress, signal: stop.signal };
	if (values.case !== undefined) {
		const findings: Finding[] = [];
		const found = (finding: Finding) => void findings.push(finding);
		console.log(`${await verifyCases(db, { ...watch, found }, values.case)} events`);
		return findings;
	}
	const keys = await keysOf(values['public-key']);
	const outside = await keptIn(values.files ?? config?.auditDir ?? null);
	const { events, acts, checkpoints, findings } = await verifyRecord(db, keys, outside, watch);
	console.log(`${events} events, ${acts} acts, ${checkpoints} checkpoints`);
	if (!outside)
		console.log('Nothing outside was given: a rewritten database cannot be told from a true one.');
	return findings;
}

const database = await openOrStop({
	url: process.env.DATABASE_URL || undefined,
	dataDir: process.env.TAPDONE_DATA || 'data',
	poolSize: 2,
	role: 'worker'
});
try {
	const findings = await verify(database.db);
	for (const { where, what } of findings.slice(0, 20)) console.error(`${where} ${what}`);
	if (findings.length > 20) console.error(`and ${findings.length - 20} more`);
	if (findings.length === 0) console.log('All of it holds.');
	else process.exitCode = 1;
} catch (error) {
	if (!stop.signal.aborted) throw error;
	console.error('Ended before the end: nothing is said about the rest.');
	process.exitCode = 130;
} finally {
	await database.close();
}
