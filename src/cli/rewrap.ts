import { createVault } from '../lib/server/crypto/vault.ts';
import { type Rewrapped, rewrapKeys } from '../lib/server/flows/rewrap-keys.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';

let told = performance.now();
function progress({ renewed, current, unreadable }: Rewrapped): void {
	if (performance.now() - told < 2_000) return;
	told = performance.now();
	process.stderr.write(`${renewed} renewed, ${current} current, ${unreadable} unreadable so far\n`);
}

const USAGE = `Usage: npm run rewrap
After a new master key was put first in TAPDONE_MASTER_KEYS: wraps the key of every case and account anew,
so that the old one can be taken out when this says that nothing is left. The workers do the same by
themselves within the hour. May be interrupted and run again, while all else works.`;

readArguments(USAGE, {}, false);
await withDatabase(async ({ db }, { keys }) => {
	const vault = createVault({ master: keys.master, lookup: keys.lookup });
	const { renewed, current, unreadable } = await rewrapKeys({ db, vault }, progress);
	console.log(
		`${renewed} cases and accounts have the new master key now, ${current} had it already.`
	);
	if (unreadable === 0) return;
	console.error(
		`${unreadable} cases or accounts cannot be read: their master key is not in the keyring.`
	);
	process.exitCode = 1;
});
