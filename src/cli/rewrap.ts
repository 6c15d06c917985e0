import { createVault } from '../lib/server/crypto/vault.ts';
import { rewrapKeys } from '../lib/server/flows/rewrap-keys.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';

const USAGE = `Usage: npm run rewrap
After a new master key was put first in TAPDONE_MASTER_KEYS: wraps every case's key anew, so that the
old one can be taken out. May be interrupted and run again.`;

readArguments(USAGE, {}, false);
await withDatabase(async ({ db }, { keys }) => {
	const vault = createVault({ master: keys.master, lookup: keys.lookup });
	const { renewed, current, unreadable } = await rewrapKeys({ db, vault });
	console.log(`${renewed} cases have the new master key now, ${current} had it already.`);
	if (unreadable === 0) return;
	console.error(`${unreadable} cases cannot be read: their master key is not in the keyring.`);
	process.exitCode = 1;
});
