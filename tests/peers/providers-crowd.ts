import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Script } from '../../src/demo/providers/script.ts';
import { startSendgrid } from '../../src/demo/providers/sendgrid.ts';
import { startTwilio } from '../../src/demo/providers/twilio.ts';
import { createChannels } from '../../src/lib/server/channels/create.ts';
import { channelSettings } from '../../src/lib/server/config/channels.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { openUnsubscribe, unsubscribe } from '../../src/lib/server/flows/unsubscribe.ts';
import { handlersOf } from '../../src/lib/server/jobs/handlers.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { isBusy } from '../../src/lib/server/web/busy.ts';
import { createMemoryRecords } from '../support/memory-records.ts';
import type { Random } from '../support/random.ts';
import { createJobsTable, createUnreliableJobs, type Job, MOVE_JOBS } from '../simulation/jobs.ts';
import { moveClock } from '../simulation/clock.ts';
import { startNodes } from '../simulation/node.ts';
import { callAgents } from './providers-agents.ts';
import { startHooks } from './provider-hooks.ts';
import { settingsOf, withTemplates } from './provider-world.ts';

/** One takes what providers tell, the others work jobs. */
const NODES = 3;
/** Jobs at once: as many as the connections of those who work. */
const SIDE_BY_SIDE = 10;

export type Crowd = Awaited<ReturnType<typeof startCrowd>>;

/** What goes wrong with one message; healed, everything arrives. */
function troubleOf(random: Random, mail: boolean): Script {
	const told: Script = {
		copies: random.between(1, 3),
		mixed: random.chance(0.5),
		early: random.chance(0.1)
	};
	const kind = random.weighted({ well: 66, refused: 10, late: 10, lost: 8, silent: 3, mute: 3 });
	if (kind === 'refused') return { refuse: random.one(mail ? MAIL_CODES : CODES) };
	if (kind === 'silent') return { fault: 'timeout' };
	if (kind === 'mute') return { statuses: [] };
	if (kind === 'lost')
		return { ...told, fault: random.one(['applied-then-500', 'applied-then-timeout'] as const) };
	if (kind === 'late' && mail)
		return { ...told, statuses: ['processed', random.one(['bounce', 'dropped', 'spamreport'])] };
	if (kind === 'late')
		return {
			...told,
			statuses: random.one([
				['sent', 'undelivered'],
				['queued', 'failed'],
				['sent', 'undelivered', 'delivered']
			]),
			code: random.one(['30003', '30005', '30007', '30008'])
		};
	return { ...told, statuses: mail ? ['processed', 'delivered'] : random.one(ARRIVALS) };
}

const CODES = ['21211', '21610', '30007', '20429', '39999', '63024'];
const MAIL_CODES = ['400', '429', '413'];
const ARRIVALS = [
	['queued', 'sent', 'delivered'],
	['queued', 'sending', 'sent', 'delivered', 'read'],
	['sent']
];

/** Two nodes on one database that reach everybody through the providers of this machine. */
export async function startCrowd(random: Random) {
	const hooks = await startHooks();
	const twilio = await startTwilio({ inbound: `${hooks.origin}/hooks/twilio` });
	const sendgrid = await startSendgrid({ hook: `${hooks.origin}/hooks/sendgrid` });
	const settings = settingsOf(twilio, sendgrid, hooks.origin);
	const channels = await createChannels(
		channelSettings({
			...settings,
			TAPDONE_TWILIO_TOKENS: [twilio.token],
			TAPDONE_SENDGRID_HOOK_KEYS: [sendgrid.hookKey]
		}),
		{ phone: false, origin: hooks.origin }
	);
	const jobs = createUnreliableJobs(random.fork('jobs'));
	const nodes = await startNodes(
		NODES,
		{ jobs, records: createMemoryRecords(() => null), channels },
		{ env: settings, change: withTemplates }
	);
	const parts: Parts[] = nodes.parts.map((one) => ({ ...one, crash: () => undefined }));
	const [first, ...workers] = parts;
	if (!first) throw new Error('There is no node.');
	const { db } = nodes.database;
	await createJobsTable(db);
	hooks.attach(first);
	const agents = await callAgents(first, random.fork('agents'));
	let [twilios, mails] = [0, 0];
	twilio.scripts.otherwise((to) => troubleOf(random.fork(`${to} ${(twilios += 1)}`), false));
	sendgrid.scripts.otherwise((to) => troubleOf(random.fork(`${to} ${(mails += 1)}`), true));

	let busy = 0;
	/** On a busy machine a job may find no connection: it is lost, and the sweeper finds its row. */
	async function work({ queue, data }: Job): Promise<void> {
		const handle = handlersOf(random.one(workers))[queue] as (given: Job['data']) => Promise<void>;
		await handle(data).catch((error: unknown) => {
			if (!isBusy(error)) throw error;
			busy += 1;
		});
	}
	const told = () => Promise.all([twilio.told(), sendgrid.told()]);
	async function workAll(): Promise<number> {
		let some = 0;
		for (;;) {
			const due = await jobs.take(db, SIDE_BY_SIDE);
			if (due.length === 0) return some;
			some += due.length;
			await Promise.all(due.map(work));
			await told();
		}
	}

	return {
		db,
		parts: first,
		twilio,
		sendgrid,
		random,
		workAll,
		busy: () => busy,
		open: (lines: Parameters<typeof openCases>[2]) => openCases(first, 'key:test', lines),
		/** Somebody writes to us, by the channel that their number is known for; again where we are busy. */
		async say(from: string, text: string): Promise<void> {
			for (let time = 0; time < 10; time += 1) {
				const status = await twilio.say(from, text);
				if (status === 200) return;
				if (status !== 503) throw new Error(`What ${from} said was answered ${status}.`);
			}
			throw new Error(`Ten times nobody took what ${from} said.`);
		},
		/** Somebody presses the button of their mail program. */
		async unsubscribe(to: string) {
			const mail = sendgrid.taken.find((one) => one.to === to);
			const token = /\/([^/>]+)>/.exec(mail?.headers['List-Unsubscribe'] ?? '')?.[1];
			const opened = token ? await openUnsubscribe(first, token) : null;
			if (opened) await unsubscribe(first, opened);
		},
		/** What was held back too often goes on, as if operations had changed the text and said so. */
		async resume() {
			await sql`update switches set asked_by = 'staff:test', asked_at = now(), asked_why = 'test',
				on_by = 'staff:test', on_at = now() where on_at is null`.execute(db);
		},
		heal() {
			jobs.heal();
			twilio.scripts.otherwise(() => ({}));
			sendgrid.scripts.otherwise(() => ({}));
		},
		/** Lets time pass and everything run that is due, and agents work, until nothing is left. */
		async drain() {
			const isUnderWay = async () =>
				(
					await db
						.selectFrom('messages')
						.select('id')
						.where('state', 'in', ['queued', 'sending', 'unknown'])
						.limit(1)
						.execute()
				).length > 0;
			for (let round = 0; round < 120; round += 1) {
				await moveClock(db, round < 8 ? 700 : 7_300, [MOVE_JOBS]);
				await sql`delete from counters where key = 'sweep'`.execute(db);
				await sweep(first);
				const some = await workAll();
				await sleep(1);
				// The last step of outreach comes after five days; until then there may be no work to show.
				if (round < 70) continue;
				const answered = await agents.work();
				if (some + answered === 0 && !(await isUnderWay())) return;
			}
		},
		async close() {
			channels.close();
			await nodes.close();
			await Promise.all([hooks.close(), twilio.close(), sendgrid.close()]);
		}
	};
}
