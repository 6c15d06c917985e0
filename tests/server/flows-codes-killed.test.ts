import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Listing, OutgoingMessage, SendResult } from '../../src/lib/server/channels/port.ts';
import { closeSender } from '../../src/lib/server/db/senders.ts';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { accepted } from '../support/channels.ts';
import { beginVisit, got, messagesOf, SOURCE } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { newPerson } from '../support/people.ts';
import { countedIn, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

// A code goes from a refused sender of text messages to WhatsApp, and the process dies on the way.

const REFUSED: SendResult = { outcome: 'failed', provider: 'twilio', code: '20003' };
/** Longer than a lease and than the sweeper's patience. */
const LEASE = 80;
/** Longer than the time until a second code may be asked for. */
const GAP = 31;

let world: World;
let people = 0;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
// Every limit holds in each test; only that they share an address and a range of numbers is none's matter.
beforeEach(async () => {
	for (const table of ['connections', 'counters'])
		await sql`delete from ${sql.table(table)}`.execute(world.parts.db);
});

/** Asked for by text message; it has not been looked at. */
async function afterTheButton() {
	people += 1;
	const customer = await newPerson(world.core, { whatsapp: `+4917604169${100 + people}` });
	const id = await openCase(world, { workflow: 'failed-payment', customer });
	const visit = await beginVisit(world, id);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	return { id, visit };
}

/** Text messages are refused, or surely not taken; WhatsApp takes all. */
function provider(sms: SendResult = REFUSED, list?: Listing) {
	const taken: OutgoingMessage[] = [];
	const channels: Parts['channels'] = {
		...world.parts.channels,
		send(message) {
			if (message.channel === 'sms' && sms.outcome !== 'accepted') return Promise.resolve(sms);
			taken.push(message);
			return Promise.resolve(accepted(message.id));
		},
		list: () => Promise.resolve(list ?? { list: 'no-list' })
	};
	return { parts: { ...world.parts, channels } satisfies Parts, taken };
}

class Killed extends Error {}

/** The same parts in a process that dies when it comes to this point for the nth time. */
function dyingAt(parts: Parts, point: string, nth: number) {
	let met = 0;
	const crash = (name: string) => {
		if (name === point && (met += 1) === nth) throw new Killed(name);
	};
	return { parts: { ...parts, crash }, hasDied: () => met >= nth };
}

const codesOf = async (id: string) =>
	(await messagesOf(world, id)).filter((one) => one.class === 'code');

/** What the jobs of the queue do, the first code's and that of the one it led to. */
async function work(parts: Parts, id: string) {
	for (let round = 0; round < 2; round += 1)
		for (const one of await codesOf(id)) await sendMessage(parts, one.id);
}

/** The next process: what the dead one held comes free, and the sweeper finds it. */
async function recover(parts: Parts, id: string) {
	await passTime(world, LEASE);
	await world.parts.db.deleteFrom('counters').where('key', '=', 'sweep').execute();
	const held = (await codesOf(id)).filter(({ state }) => ['queued', 'sending'].includes(state));
	const found = await sweep(parts);
	expect(found?.['messages']).toBeGreaterThanOrEqual(held.length);
	await work(parts, id);
}

const codeIn = ({ body }: OutgoingMessage) => /(?<!\d)\d{6}(?!\d)/.exec(body)![0];

/** Codes that count for both limits of the phones that these went to. */
async function countsOf(id: string) {
	const hashes = new Set(
		(await codesOf(id)).map(({ channel, destination_hash: hash }) => `${channel} ${hash}`)
	);
	const counts: Record<string, number[]> = {};
	for (const one of hashes) {
		const [channel, hash] = one.split(' ') as [string, string];
		const keys = [`sends-phone-day:${hash}`, `sends-phone:${hash}`];
		counts[channel] = await Promise.all(keys.map((key) => countedIn(world, key)));
	}
	return counts;
}

const livingOf = (id: string) =>
	world.parts.db
		.selectFrom('challenges')
		.select(['channel', 'destination_hash'])
		.where('case_id', '=', id)
		.where('ended_at', 'is', null)
		.where('used_at', 'is', null)
		.execute();

/** Every point of it: found out when it is sent, or known before. 2: of the second channel's message. */
const DEATHS = [
	['found', 'send-message:claimed', 1],
	['found', 'send-message:before-send', 1],
	['found', 'send-message:after-send', 1],
	['found', 'reroute-code:before-commit', 1],
	['found', 'reroute-code:after-commit', 1],
	['found', 'send-message:claimed', 2],
	['found', 'send-message:before-send', 2],
	['found', 'send-message:after-send', 2],
	['found', 'settle-message:before-commit', 1],
	['found', 'settle-message:after-commit', 1],
	['known', 'send-message:claimed', 1],
	['known', 'reroute-code:before-commit', 1],
	['known', 'reroute-code:after-commit', 1],
	['known', 'send-message:claimed', 2],
	['known', 'send-message:before-send', 1],
	['known', 'send-message:after-send', 1],
	['known', 'settle-message:before-commit', 1],
	['known', 'settle-message:after-commit', 1],
	['probe', 'take-probe:before-commit', 1],
	['probe', 'take-probe:after-commit', 1]
] as const;

/** A try of the first channel began, and its answer died with the process: it may have gone. */
const maybeGone = (how: string, point: string, nth: number) =>
	how === 'found' && nth === 1 && /:(before|after)-send$/.test(point) ? 1 : 0;

describe.each(DEATHS)('%s refused, killed at %s (%i)', (how, point, nth) => {
	async function died() {
		const begun = await afterTheButton();
		if (how !== 'found') await closeSender(world.parts.db, 'sms', '20003');
		if (how === 'probe')
			await sql`update connections set probe_at = now() - interval '1 second'`.execute(
				world.parts.db
			);
		const { parts, taken } = provider();
		const dying = dyingAt(parts, point, nth);
		await expect(work(dying.parts, begun.id)).rejects.toThrow(Killed);
		expect(dying.hasDied()).toBe(true);
		return { ...begun, parts, taken };
	}

	test('the code goes on by the channel that works, the same code, and counts once', async () => {
		const { id, visit, parts, taken } = await died();
		await recover(parts, id);
		expect(await livingOf(id)).toMatchObject([{ channel: 'whatsapp' }]);
		expect(await showVerify(parts, visit)).toMatchObject({ sent: { channel: 'whatsapp' } });
		expect(new Set(taken.map(codeIn)).size).toBe(1);
		const first = maybeGone(how, point, nth);
		expect(await countsOf(id)).toEqual({ sms: [first, first], whatsapp: [1, 1] });
		expect((await checkCode(parts, visit, codeIn(taken.at(-1)!), SOURCE)).ok).toBe(true);
		const before = taken.length;
		await recover(parts, id);
		expect(taken).toHaveLength(before);
	});

	test('who asks again at once gets in by the newest code, and no older one comes behind it', async () => {
		const { id, visit, parts, taken } = await died();
		await passTime(world, GAP);
		got(await requestCode(parts, visit, 'sms', SOURCE));
		await work(parts, id);
		const newest = codeIn(taken.at(-1)!);
		await recover(parts, id);
		expect(codeIn(taken.at(-1)!)).toBe(newest);
		expect(await livingOf(id)).toHaveLength(1);
		const { sms, whatsapp } = await countsOf(id);
		const first = maybeGone(how, point, nth);
		expect(sms).toEqual([first, first]);
		// A code whose answer was lost may have come, or a process may have died before it was sent.
		const ways = new Set(taken.map(codeIn)).size;
		expect(whatsapp![0]).toBe(whatsapp![1]);
		expect(whatsapp![0]).toBeLessThanOrEqual(Math.max(ways, /before-send$/.test(point) ? 2 : 1));
		expect((await checkCode(parts, visit, newest, SOURCE)).ok).toBe(true);
	});

	test('found only when its time is over it goes nowhere', async () => {
		const { id, visit, parts, taken } = await died();
		const before = taken.length;
		await passTime(world, 600);
		await recover(parts, id);
		expect(taken).toHaveLength(before);
		expect(await showVerify(parts, visit)).not.toHaveProperty('sent');
	});
});

test('died after a refused call, the code goes another way though the account cannot be asked', async () => {
	const { id, visit } = await afterTheButton();
	const { parts, taken } = provider(REFUSED, {
		list: 'refused',
		provider: 'twilio',
		code: '20003'
	});
	const dying = dyingAt(parts, 'send-message:after-send', 1);
	await expect(work(dying.parts, id)).rejects.toThrow(Killed);
	await recover(parts, id);
	expect(taken.map(({ channel }) => channel)).toEqual(['whatsapp']);
	expect((await checkCode(parts, visit, codeIn(taken[0]!), SOURCE)).ok).toBe(true);
});

test('codes that never went use up no phone, however often they are asked for', async () => {
	const { id, visit } = await afterTheButton();
	const { parts } = provider({ outcome: 'unavailable', reason: 'test' });
	for (let press = 0; press < 12; press += 1) {
		await work(parts, id);
		await passTime(world, 130);
		// The page outlives neither; it is the phone that is asked about here.
		await sql`update visits set created_at = now(), seen_at = now()`.execute(parts.db);
		await work(parts, id);
		got(await requestCode(parts, visit, 'sms', SOURCE));
	}
	const ways = provider(accepted('back'));
	await passTime(world, 130);
	await work(ways.parts, id);
	expect(ways.taken).toHaveLength(1);
	expect(await countsOf(id)).toEqual({ sms: [1, 1] });
	expect((await checkCode(parts, visit, codeIn(ways.taken[0]!), SOURCE)).ok).toBe(true);
});

test('refused by one channel and failed by the next, nothing is said to be sent, and it goes in no circle', async () => {
	const { id, visit } = await afterTheButton();
	const { parts } = provider();
	const channels: Parts['channels'] = {
		...parts.channels,
		send: ({ channel }) =>
			Promise.resolve(
				channel === 'sms' ? REFUSED : { outcome: 'failed', provider: 'twilio', code: 'no-template' }
			)
	};
	await work({ ...parts, channels }, id);
	await work({ ...parts, channels }, id);
	expect(await codesOf(id)).toMatchObject([
		{ channel: 'sms', state: 'suppressed' },
		{ channel: 'whatsapp', state: 'failed' }
	]);
	expect(await livingOf(id)).toEqual([]);
	expect(await showVerify(parts, visit)).not.toHaveProperty('sent');
});

test('a code that its channel fails goes by the next one, which works', async () => {
	const { id, visit } = await afterTheButton();
	const { parts, taken } = provider({ outcome: 'refused', reason: 'bad-destination' });
	await work(parts, id);
	expect(taken.map(({ channel }) => channel)).toEqual(['whatsapp']);
	expect(await showVerify(parts, visit)).toMatchObject({ sent: { channel: 'whatsapp' } });
	expect((await checkCode(parts, visit, codeIn(taken[0]!), SOURCE)).ok).toBe(true);
});
