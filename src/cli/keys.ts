/**
 * API keys:
 *
 * npm run keys -- add <name> [scope …]   all scopes without one; --replace revokes the one before
 * npm run keys -- list
 * npm run keys -- revoke <name>
 */
import { type Scope, SCOPES } from '../lib/contracts/api.ts';
import { listApiKeys, revokeApiKey } from '../lib/server/db/api-keys.ts';
import type { Db } from '../lib/server/db/connect.ts';
import { createApiKey } from '../lib/server/flows/create-api-key.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage:
  npm run keys -- add <name> [${SCOPES.join('] [')}] [--replace]
  npm run keys -- list
  npm run keys -- revoke <name>
Without a scope the key has all of them. npm run import needs cases:write and workflows:read.`;

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** The token goes to standard output alone, so that it can be piped; the rest goes beside it. */
async function add(db: Db, name: string, scopes: Scope[], replace: boolean): Promise<void> {
	if (replace) await revokeApiKey(db, name);
	const created = await createApiKey({ db }, name, scopes);
	if (!created.ok)
		return fail(
			created.reason === 'bad-name'
				? `"${name}" is no name for a key: use kebab-case of at most 40 characters.`
				: `There is a key "${name}". Revoke it first, or add --replace.`
		);
	console.error(`Key "${name}" for ${scopes.join(', ')}. It is shown this once:`);
	console.log(created.value.token);
}

async function list(db: Db): Promise<void> {
	const keys = await listApiKeys(db);
	for (const { name, scopes, createdAt, revokedAt } of keys) {
		const state = revokedAt ? `revoked ${revokedAt.toISOString()}` : 'valid';
		console.log([name, state, `made ${createdAt.toISOString()}`, scopes.join(' ')].join('\t'));
	}
	if (keys.length === 0) console.error('There is no key yet.');
}

async function revoke(db: Db, name: string): Promise<void> {
	if (await revokeApiKey(db, name)) console.log(`Key "${name}" is revoked.`);
	else fail(`There is no valid key "${name}".`);
}

function fail(message: string): void {
	console.error(message);
	process.exitCode = 1;
}

const { values, positionals } = readArguments(USAGE, { replace: { type: 'boolean' } });
const [command, name = '', ...scopes] = positionals;
const wrong = scopes.find((scope) => !isScope(scope));
const known =
	command === 'list'
		? !name
		: (command === 'add' && !wrong && name) || (command === 'revoke' && name);
if (!known) stopWith(wrong ? `There is no scope "${wrong}".\n${USAGE}` : USAGE, 2);

await withDatabase(async ({ db }) => {
	if (command === 'list') await list(db);
	else if (command === 'revoke') await revoke(db, name);
	else
		await add(
			db,
			name,
			scopes.length ? scopes.filter(isScope) : [...SCOPES],
			values.replace ?? false
		);
});
