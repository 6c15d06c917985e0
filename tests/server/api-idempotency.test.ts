import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { fail, ok, type Result } from '../../src/lib/domain/result.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { runIdempotent } from '../../src/lib/server/flows/run-idempotent.ts';
import { openCase } from '../support/open-case.ts';
import type { World } from '../support/world.ts';
import { apiWorld } from './api-world.ts';

let world: World;
beforeAll(async () => {
	world = await apiWorld();
});
afterAll(() => world.close());
beforeEach(() => world.parts.db.deleteFrom('idempotency_keys').execute());

type Answer = Result<{ n: number }, 'nothing'>;
let effects = 0;
const count = (): Promise<Answer> => Promise.resolve(ok({ n: (effects += 1) }));
const run = (
	request: string,
	work: Parameters<typeof runIdempotent<Answer>>[2] = count,
	more: { caller?: string; key?: string } = {}
) => runIdempotent(world.parts, { caller: 'key:a', key: 'k', request, ...more }, work);
const age = (what: string) =>
	sql`update idempotency_keys set ${sql.raw(what)}`.execute(world.parts.db);

test('the same request again gets the stored answer and has no effect', async () => {
	const first = await run('body');
	expect(first).toMatchObject({ ok: true, value: { replayed: false } });
	const before = effects;
	const again = await run('body');
	expect(again).toMatchObject({ ok: true, value: { replayed: true } });
	expect(again.ok && again.value.answer).toEqual(first.ok && first.value.answer);
	expect(effects).toBe(before);
});

test('K3: the same key with another body is refused, and nothing is executed', async () => {
	const first = await run('one body');
	const before = effects;
	expect(await run('another body')).toEqual({ ok: false, reason: 'other-body' });
	expect(effects).toBe(before);
	const again = await run('one body');
	expect(again.ok && again.value.answer).toEqual(first.ok && first.value.answer);
});

test('K4: the same key of another API key is another key', async () => {
	const one = await run('body', count, { caller: 'key:a' });
	const other = await run('other body', count, { caller: 'key:b' });
	expect(other).toMatchObject({ ok: true, value: { replayed: false } });
	expect(other.ok && other.value.answer).not.toEqual(one.ok && one.value.answer);
});

test('K7: after its retention a key is new, whatever it comes with', async () => {
	await run('body');
	await age(`created_at = now() - interval '6 days 23 hours'`);
	expect(await run('body')).toMatchObject({ ok: true, value: { replayed: true } });
	await age(`created_at = now() - interval '7 days 1 second'`);
	expect(await run('another body')).toMatchObject({ ok: true, value: { replayed: false } });
});

test('of many at once one works, the others are told to come again', async () => {
	let release = (): void => {};
	const held = new Promise<void>((resolve) => (release = resolve));
	const started = vi.fn();
	const slow = async (): Promise<Answer> => {
		started();
		await held;
		return ok({ n: 0 });
	};
	const refused: unknown[] = [];
	const running = Array.from({ length: 8 }, async () => {
		const answer = await run('body', slow);
		if (!answer.ok) refused.push(answer);
		return answer;
	});
	await vi.waitFor(() => expect(refused).toHaveLength(7));
	expect(refused[0]).toEqual({ ok: false, reason: 'running', detail: { retryAfterSeconds: 5 } });
	release();
	const answers = await Promise.all(running);
	expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
	expect(started).toHaveBeenCalledTimes(1);
});

test('a dead request blocks its key for a minute, and only for the same body', async () => {
	const never = new Promise<Answer>(() => {});
	void run('body', () => never);
	await vi.waitFor(async () => {
		const rows = await world.parts.db.selectFrom('idempotency_keys').select('key').execute();
		expect(rows).toHaveLength(1);
	});
	expect(await run('body')).toMatchObject({ ok: false, reason: 'running' });
	await age(`lease_until = now() - interval '1 second'`);
	expect(await run('another body')).toEqual({ ok: false, reason: 'other-body' });
	expect(await run('body')).toMatchObject({ ok: true, value: { replayed: false } });
});

test('K6: who has lost the lease rolls back, whatever it did', async () => {
	const late = await run('body', (keep) =>
		world.parts.db.transaction().execute(async (trx) => {
			await sql`insert into alerts (kind, subject) values ('late', 'writer')`.execute(trx);
			// Another node took over meanwhile.
			await sql`update idempotency_keys set lease_until = now() + interval '2 minutes'`.execute(
				trx
			);
			const answer = ok({ n: 1 });
			await keep(trx, answer);
			return answer;
		})
	);
	expect(late).toMatchObject({ ok: false, reason: 'running' });
	const alerts = await world.parts.db.selectFrom('alerts').select('kind').execute();
	expect(alerts).toEqual([]);
});

test('what fails by throwing, or did nothing, leaves the key free', async () => {
	const broken = run('body', () => Promise.reject(new Error('no database')));
	await expect(broken).rejects.toThrow('no database');
	const nothing = await runIdempotent<Answer>(
		world.parts,
		{ caller: 'key:a', key: 'k', request: 'wrong body' },
		() => Promise.resolve(fail('nothing')),
		(answer) => !answer.ok
	);
	expect(nothing).toMatchObject({ ok: true, value: { answer: { ok: false } } });
	expect(await run('right body')).toMatchObject({ ok: true, value: { replayed: false } });
});

test('a refusal that was decided is an answer too', async () => {
	const refused = await run('body', () => Promise.resolve(fail('nothing')));
	expect(await run('body')).toEqual({
		...refused,
		value: { answer: { ok: false, reason: 'nothing' }, replayed: true }
	});
});

test('a link is kept as ciphertext, and repeated as it was', async () => {
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'K-link' });
	const ask = () =>
		runIdempotent(world.parts, { caller: 'key:a', key: 'k', request: 'x' }, (keep) =>
			renewLink(world.parts, 'key:test', id, { send: false }, keep)
		);
	const first = await ask();
	if (!first.ok || !first.value.answer.ok) throw new Error('no link');
	const { url } = first.value.answer.value;
	const stored = await world.parts.db.selectFrom('idempotency_keys').selectAll().execute();
	expect(JSON.stringify(stored)).not.toContain(url.split('/l/')[1]);
	const again = await ask();
	expect(again).toEqual({ ok: true, value: { answer: first.value.answer, replayed: true } });
});
