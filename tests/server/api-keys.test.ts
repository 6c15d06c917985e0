import { afterAll, beforeAll, expect, test } from 'vitest';
import { listApiKeys, revokeApiKey } from '../../src/lib/server/db/api-keys.ts';
import { checkApiKey } from '../../src/lib/server/flows/check-api-key.ts';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { requireApiKey } from '../../src/lib/server/web/api-guard.ts';
import type { World } from '../support/world.ts';
import { apiWorld, tokenOf } from './api-world.ts';

let world: World;
beforeAll(async () => {
	world = await apiWorld();
});
afterAll(() => world.close());

test('a key opens what its scopes say, and the timeline names it', async () => {
	const token = await tokenOf(world, 'billing', ['cases:write']);
	expect(token).toMatch(/^tk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/);
	const header = `Bearer ${token}`;
	expect(await checkApiKey(world.parts, header, 'cases:write')).toMatchObject({
		ok: true,
		value: { name: 'billing', actor: 'key:billing' }
	});
	expect(await checkApiKey(world.parts, header, 'cases:read')).toEqual({
		ok: false,
		reason: 'forbidden'
	});
});

test('what is stored does not open anything', async () => {
	const token = await tokenOf(world, 'stored', ['cases:read']);
	const { hash, id } = await world.parts.db
		.selectFrom('api_keys')
		.selectAll()
		.where('name', '=', 'stored')
		.executeTakeFirstOrThrow();
	expect(token).not.toContain(hash);
	const forged = `Bearer tk_${id.replaceAll('-', '')}_${hash}`;
	expect((await checkApiKey(world.parts, forged, 'cases:read')).ok).toBe(false);
});

test('missing, malformed, unknown, wrong and revoked keys are one and the same answer', async () => {
	const token = await tokenOf(world, 'to-revoke', ['cases:read']);
	expect(await revokeApiKey(world.parts.db, 'to-revoke')).toBe(true);
	expect(await revokeApiKey(world.parts.db, 'to-revoke')).toBe(false);
	const good = await tokenOf(world, 'good', ['cases:read']);
	const last = good.at(-1) === 'A' ? 'B' : 'A';
	const tried = [
		null,
		'',
		good,
		`Basic ${good}`,
		`Bearer ${good} `.repeat(2),
		'Bearer tk_0_0',
		`Bearer tk_${'0'.repeat(32)}_${'A'.repeat(43)}`,
		`Bearer ${good.slice(0, -1)}${last}`,
		`Bearer ${token}`
	];
	const answers = await Promise.all(
		tried.map((one) => checkApiKey(world.parts, one, 'cases:read'))
	);
	expect(new Set(answers.map((one) => JSON.stringify(one)))).toEqual(
		new Set(['{"ok":false,"reason":"unauthorised"}'])
	);
});

test('a name is taken until its key is revoked', async () => {
	expect((await createApiKey(world.parts, 'same', [])).ok).toBe(true);
	expect(await createApiKey(world.parts, 'same', [])).toEqual({ ok: false, reason: 'name-taken' });
	await revokeApiKey(world.parts.db, 'same');
	expect((await createApiKey(world.parts, 'same', [])).ok).toBe(true);
	expect(await createApiKey(world.parts, 'Not Kebab', [])).toEqual({
		ok: false,
		reason: 'bad-name'
	});
	const same = (await listApiKeys(world.parts.db)).filter(({ name }) => name === 'same');
	expect(same.map(({ revokedAt }) => revokedAt === null).sort()).toEqual([false, true]);
});

test('the guard answers with problem documents', async () => {
	const token = await tokenOf(world, 'reader', ['cases:read']);
	const ask = (authorization?: string) =>
		requireApiKey(
			{ request: new Request('http://x/', { headers: authorization ? { authorization } : {} }) },
			'cases:write'
		);
	await expect(ask()).rejects.toMatchObject({
		type: 'unauthorised',
		particulars: { headers: { 'www-authenticate': 'Bearer' } }
	});
	await expect(ask(`Bearer ${token}`)).rejects.toMatchObject({ type: 'forbidden' });
});
