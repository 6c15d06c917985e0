import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom, type Random } from '../support/random.ts';
import { DAYTIME, NIGHT } from '../support/zones.ts';
import { violations } from '../simulation/invariants.ts';
import { type Crowd, startCrowd } from './providers-crowd.ts';
import { brokenAtProviders, brokenRules } from './providers-rules.ts';

const seed = process.env.TAPDONE_SEED ?? randomBytes(6).toString('hex');
const people = Number(process.env.TAPDONE_CASES ?? (process.env.TAPDONE_TEST_LONG ? 10_000 : 80));
const PERSONAL = '491709[0-9]{6}|zeisig[.][0-9]|gefieder';
const BATCH = 40;

let crowd: Crowd;
beforeAll(async () => {
	crowd = await startCrowd(createRandom(seed));
});
afterAll(() => crowd.close());

interface Person {
	random: Random;
	contacts: { sms?: string; whatsapp?: string; email?: string };
}

/** Reached by some of the channels, at least by one. */
function personOf(number: number): Person {
	const random = crowd.random.fork(`person ${number}`);
	const phone = `+491709${String(number).padStart(6, '0')}`;
	const email = `zeisig.${number}@example.org`;
	const contacts = random.weighted({ all: 30, phone: 30, chat: 20, mail: 20 });
	return {
		random,
		contacts: {
			...(['all', 'phone'].includes(contacts) && { sms: phone }),
			...(['all', 'chat'].includes(contacts) && { whatsapp: phone }),
			...(['all', 'mail'].includes(contacts) && { email })
		}
	};
}

/** One of twenty is where it is night, and is written nothing for as long as the run takes. */
const zoneOf = (number: number) => (number % 20 === 19 ? NIGHT : DAYTIME);

const SAID = [
	'STOP',
	'stop all',
	'HELP',
	'please no more messages',
	'gefieder 7: I have paid',
	'START'
];

/** Some answer, some want no more of it, and some do so twice. */
async function react({ random, contacts }: Person): Promise<void> {
	const { sms, whatsapp, email } = contacts;
	if (email && random.chance(0.06)) await crowd.unsubscribe(email);
	if (!random.chance(0.15)) return;
	const from = sms ?? (whatsapp && `whatsapp:${whatsapp}`);
	if (!from) return;
	await crowd.say(from, random.one(SAID));
	if (random.chance(0.3)) await crowd.say(from, random.one(SAID));
}

test(
	`${people} cases over SMS, WhatsApp and e-mail with failures, opt-outs and disordered callbacks (seed ${seed})`,
	{ timeout: 3_600_000, retry: 0 },
	async () => {
		const started = performance.now();
		for (let first = 0; first < people; first += BATCH) {
			const group = Array.from({ length: Math.min(BATCH, people - first) }, (_, index) =>
				personOf(first + index)
			);
			const opened = await crowd.open(
				group.map(({ contacts }, index) => ({
					workflow: 'failed-payment',
					customer: `S-${first + index}`,
					contacts,
					zone: zoneOf(first + index),
					facts: { balance: 3363, due_date: '2026-11-16' }
				}))
			);
			expect(opened.every(({ status }) => status === 'opened')).toBe(true);
			await Promise.all([crowd.workAll(), ...group.map(react)]);
			await Promise.all([crowd.workAll(), ...group.map(react)]);
			await crowd.resume();
		}
		const check = (settled: boolean) => {
			const { vault, links } = crowd.parts;
			return violations({ db: crowd.db, vault, links, effects: [], personal: PERSONAL, settled });
		};
		expect(await check(false)).toEqual([]);
		crowd.heal();
		await crowd.resume();
		await crowd.drain();
		expect(await check(true)).toEqual([]);
		expect(await brokenRules(crowd.db)).toEqual([]);
		expect(await brokenAtProviders(crowd)).toEqual([]);
		expect(reached(crowd), 'people who got something').toBeGreaterThan(people * 0.6);
		await tell((performance.now() - started) / 1_000);
	}
);

/** How many people something got to: a run that sends nothing breaks no rule. */
const reached = ({ twilio, sendgrid }: Crowd): number =>
	new Set(
		[...twilio.taken, ...sendgrid.taken].map(({ to }) => Number(to.replace(/\D/g, '').slice(-6)))
	).size;

async function tell(seconds: number): Promise<void> {
	const { db, twilio, sendgrid } = crowd;
	const count = async (table: string, column: string) => {
		const { rows } = await sql<{ name: string; count: number }>`
			select ${sql.ref(column)} as name, count(*)::int as count from ${sql.table(table)}
			group by 1 order by 1`.execute(db);
		return Object.fromEntries(rows.map(({ name, count: found }) => [name, found]));
	};
	console.log(
		`providers: TAPDONE_SEED=${seed}, ${people} cases in ${seconds.toFixed(0)} s;`,
		`Twilio took ${twilio.taken.length} of ${twilio.calls.length} calls, SendGrid ${sendgrid.taken.length}`,
		{
			messages: await count('messages', 'state'),
			callbacks: await count('provider_events', 'state'),
			stages: await count('cases', 'stage'),
			attempts: await count('message_attempts', 'outcome'),
			failures: await count('message_attempts', 'failure'),
			suppressions: await count('suppressions', 'reason'),
			busy: crowd.busy()
		}
	);
}
