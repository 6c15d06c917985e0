import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseKeyring } from '../../src/lib/server/crypto/keyring.ts';
import { createVault } from '../../src/lib/server/crypto/vault.ts';
import { rewrapKeys } from '../../src/lib/server/flows/rewrap-keys.ts';
import { got } from '../support/journey.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember } from '../support/staff.ts';
import { enter, newLink, Visitor } from './visitor.ts';

const key = () => randomBytes(32).toString('base64url');
const OLD = `old:${key()}`;
const NEW = `new:${key()}`;

let fleet: Fleet;
beforeAll(async () => {
	// Both can read either, and still write with the old one: the first step of a rotation.
	fleet = await startFleet({ keys: { TAPDONE_MASTER_KEYS: `${OLD},${NEW}` } });
});
afterAll(() => fleet.close());

/** The ids of the master keys that wrap what is stored. */
async function wrapping(): Promise<string[]> {
	const rows = await fleet.db
		.selectFrom('cases')
		.select('key')
		.unionAll(fleet.db.selectFrom('staff').select('key'))
		.execute();
	const kids = rows.map(({ key: wrapped }) => {
		const header = Buffer.from(wrapped.split('.')[0]!, 'base64url').toString();
		return (JSON.parse(header) as { kid: string }).kid;
	});
	return [...new Set(kids)].sort();
}

test('S6: the master key is rotated while customers come and go, and nobody notices', async () => {
	await addStaffMember(fleet.parts);
	const second = await fleet.start({ TAPDONE_MASTER_KEYS: `${NEW},${OLD}` });
	const [first] = fleet.servers;
	let rotating = true;
	const walked: string[] = [];
	const walk = async (): Promise<void> => {
		do {
			const { link } = await newLink(fleet, { customer: await newPerson(fleet.core) });
			for (const { url } of [second, first!]) {
				const answer = await fetch(url + link, { headers: { accept: 'text/html' } });
				expect(answer.status).toBe(200);
			}
			walked.push(await enter(fleet, new Visitor(fleet), link));
		} while (rotating);
	};
	const walks = [walk(), walk()];
	const { keys } = fleet.parts.config;
	const master = got(parseKeyring(`${NEW},${OLD}`));
	const vault = createVault({ master, lookup: keys.lookup });
	for (let passes = 0; passes < 3; passes++) {
		const { unreadable } = await rewrapKeys({ db: fleet.db, vault });
		expect(unreadable).toBe(0);
	}
	rotating = false;
	await Promise.all(walks);
	expect(walked.length).toBeGreaterThanOrEqual(2);
	// The first node wrote with the old key until its end: the last pass comes after it.
	await first!.stop();
	await rewrapKeys({ db: fleet.db, vault });
	expect(await wrapping()).toEqual(['new']);
	const third = await fleet.start({ TAPDONE_MASTER_KEYS: NEW });
	expect((await fetch(`${third.url}/readyz`)).status).toBe(200);
});

test('S6: a node without the key that wrote what is stored does not start, and says why', async () => {
	const started = fleet.start({ TAPDONE_MASTER_KEYS: `x:${key()}` });
	await expect(started).rejects.toThrow(/TAPDONE_MASTER_KEYS does not open what is stored/);
	await expect(started).rejects.toThrow(/ended with 1/);
});

test('S6: what a node cannot open is 503 there, nothing is shown or written in the clear', async () => {
	const { link } = await newLink(fleet, { customer: await newPerson(fleet.core) });
	const serving = fleet.servers.at(-1)!;
	const found = await fleet.db
		.selectFrom('cases')
		.select(['id', 'key', 'sealed'])
		.orderBy('id', 'desc')
		.executeTakeFirstOrThrow();
	// As a node that missed the rotation would see it: wrapped by a key that its ring lacks.
	const foreign = createVault({
		master: got(parseKeyring(`gone:${key()}`)),
		lookup: fleet.parts.config.keys.lookup
	});
	const { wrapped } = await foreign.newCaseKey();
	await fleet.db.updateTable('cases').set({ key: wrapped }).where('id', '=', found.id).execute();
	const answer = await fetch(`${serving.url}${link}`, {
		method: 'POST',
		redirect: 'manual',
		headers: {
			origin: fleet.origin,
			accept: 'text/html',
			'content-type': 'application/x-www-form-urlencoded'
		},
		body: ''
	});
	expect(answer.status).toBe(503);
	expect(answer.headers.get('retry-after')).toBe('2');
	expect(await answer.text()).not.toContain(found.sealed);
	expect(serving.log()).toContain('VaultError');
	const after = await fleet.db
		.selectFrom('cases')
		.select('sealed')
		.where('id', '=', found.id)
		.executeTakeFirstOrThrow();
	expect(after.sealed).toBe(found.sealed);
});
