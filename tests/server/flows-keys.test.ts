import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseKeyring } from '../../src/lib/server/crypto/keyring.ts';
import { createVault, type Vault } from '../../src/lib/server/crypto/vault.ts';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { rewrapKeys } from '../../src/lib/server/flows/rewrap-keys.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { caseOf, got, messagesOf, reviewed } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply } from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const key = () => randomBytes(32).toString('base64url');
const OLD = `old:${key()}`;
const lookup = new Uint8Array(randomBytes(32));
const vaultWith = (master: string): Vault =>
	createVault({ master: got(parseKeyring(master)), lookup });
const nodeWith = (vault: Vault) => ({ parts: { ...world.parts, vault } });
/** The id of the master key that a stored case key names in its header. */
const masterOf = async (id: string): Promise<unknown> => {
	const row = await world.parts.db
		.selectFrom('cases')
		.select('key')
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	const header = Buffer.from(row.key.split('.')[0]!, 'base64url').toString();
	return (JSON.parse(header) as { kid: string }).kid;
};

test('a journey goes on across a rotation: old rows open, new ones carry the new key', async () => {
	const before = nodeWith(vaultWith(OLD));
	const seen = await reviewed(before, {
		workflow: 'failed-payment',
		customer: 'C-1001',
		action: 'pay-now'
	});
	expect(await masterOf(seen.caseId)).toBe('old');
	const after = nodeWith(vaultWith(`new:${key()},${OLD}`));
	expect((await caseOf(after, seen.caseId)).content.customer).toBe('C-1001');
	got(await submitAction(after.parts, seen.visit, seen.draftId, seen.shown));
	const { id } = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('case_id', '=', seen.caseId)
		.executeTakeFirstOrThrow();
	await apply(after, { writeback: id });
	expect((await caseOf(after, seen.caseId)).row.stage).toBe('resolved');
	const next = await openCase(after, { workflow: 'failed-payment', customer: 'C-1002' });
	expect(await masterOf(next)).toBe('new');
	await expect(caseOf(before, next)).rejects.toThrow('master key "new"');
});

test('after every key was wrapped anew the old master key can go, and nothing else has changed', async () => {
	const old = nodeWith(vaultWith(OLD));
	const ids: string[] = [];
	for (let place = 3; place < 9; place++)
		ids.push(await openCase(old, { workflow: 'failed-payment', customer: `C-100${place}` }));
	const sealed = await messagesOf(old, ids[0]!);
	const renewed = `new:${key()}`;
	const both = nodeWith(vaultWith(`${renewed},${OLD}`));

	// Two runs at once and changes of cases in between: every key is renewed, none is lost.
	const touch = changeCase(both.parts, ids[5]!, { actor: 'system', flow: 'test' }, (change) => {
		change.reseal({ ...change.content, facts: { balance: 7 } });
		return Promise.resolve();
	});
	await Promise.all([rewrapKeys(both.parts), rewrapKeys(both.parts), touch]);
	for (const id of ids) expect(await masterOf(id)).toBe('new');

	const only = nodeWith(vaultWith(renewed));
	expect((await messagesOf(only, ids[0]!)).map(({ body }) => body)).toEqual(
		sealed.map(({ body }) => body)
	);
	expect((await caseOf(only, ids[5]!)).content.facts).toEqual({ balance: 7 });
	// The one case of the test before hangs on a key that is not here: counted, not in the way.
	const again = await rewrapKeys(only.parts);
	expect(again).toMatchObject({ renewed: 0, unreadable: 1 });
	expect(again.current).toBeGreaterThanOrEqual(ids.length);
});
