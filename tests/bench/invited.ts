import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Customer } from '../../src/demo/core/record.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import type { RecordsPeer } from '../peers/records.ts';
import { DAYTIME } from '../support/zones.ts';
import { forMany } from './many.ts';
import type { Stage } from './stage.ts';

/** A customer with an invitation on the phone. */
export interface Invited {
	caseId: string;
	customer: string;
	/** Path of the link. */
	path: string;
	linkHash: string;
	customerHash: string;
	/** The case's own key, wrapped. */
	key: string;
}

const BATCH = 200;
/** The range of everybody's number. */
export const RANGE = '49176';
/** People of the demo core whose records each starter's invited are copies of. */
const MODELS: Record<string, { id: string; facts: Record<string, string | number> }> = {
	'failed-payment': { id: 'C-1001', facts: { balance: 3363, due_date: '2026-11-16' } },
	'collections-plan': { id: 'C-1029', facts: { balance: 140_175 } },
	'address-update': { id: 'C-1048', facts: {} }
};

/** The number of the person with that id. Ends in 5: the simulated phone fails on some others. */
export const phoneOf = (id: string): string =>
	`+${RANGE}${String(1_000_000 + Number(id.slice('B-'.length)))}5`;

/** The core's record that cases of a workflow are about, under another id and phone. */
async function modelOf(core: RecordsPeer, workflow: string) {
	const model = MODELS[workflow];
	if (!model) throw new Error(`The bench knows nobody for the workflow ${workflow}.`);
	const record = await core.customer(model.id);
	return {
		facts: model.facts,
		/** The `n`-th person: nobody's limits are another's. */
		person: (n: number): Customer => {
			const id = `B-${n}`;
			return { ...record, id, phone: phoneOf(id), whatsapp: null };
		}
	};
}

/**
 * Opens `count` cases of new customers, in the system of record and here, and waits until the
 * worker has sent every invitation.
 */
export async function invite(
	stage: Stage,
	count: number,
	workflow = 'failed-payment',
	language = 'en'
): Promise<Invited[]> {
	const { core, parts } = stage;
	const { facts, person } = await modelOf(core, workflow);
	const people = Array.from({ length: count }, () => person(stage.nextPerson()));
	await forMany(people, 8, (one) => core.put(one));
	const invited: Invited[] = [];
	for (let from = 0; from < count; from += BATCH) {
		const batch = people.slice(from, from + BATCH);
		const lines = batch.map(({ id, phone }) => ({
			workflow,
			language,
			customer: id,
			contacts: { sms: phone ?? '' },
			// Where it is day: nothing is held until morning.
			zone: DAYTIME,
			facts
		}));
		invited.push(...(await openBatch(parts, lines)));
	}
	await allSent(stage);
	return invited;
}

/** Opens cases; only whoever signs the links sees the tokens, so it listens there. */
async function openBatch(parts: Parts, lines: { customer: string }[]): Promise<Invited[]> {
	const tokens = new Map<string, string>();
	const links = {
		...parts.links,
		async sign() {
			const signed = await parts.links.sign();
			tokens.set(signed.hash, signed.token);
			return signed;
		}
	};
	const opened = await openCases({ ...parts, links }, 'key:bench', lines);
	const ids = opened.map((one) => {
		if (one.status !== 'opened') throw new Error(JSON.stringify(one));
		return one.id;
	});
	const rows = await parts.db
		.selectFrom('links')
		.innerJoin('cases', 'cases.id', 'links.case_id')
		.select(['links.hash', 'cases.id', 'cases.customer_hash', 'cases.key'])
		.where('cases.id', 'in', ids)
		.execute();
	return rows.map((row) => ({
		caseId: row.id,
		customer: lines[ids.indexOf(row.id)]?.customer ?? '',
		path: `/l/${tokens.get(row.hash)}`,
		linkHash: row.hash,
		customerHash: row.customer_hash,
		key: row.key
	}));
}

/** Until no message and no writeback waits for the worker. */
export async function allSent({ parts }: Stage): Promise<void> {
	for (;;) {
		const { rows } = await sql<{ waiting: number }>`
			select (select count(*) from messages where state in ('queued', 'sending', 'unknown'))::int
				+ (select count(*) from writebacks where state in ('pending', 'sending', 'unknown'))::int
				as waiting`.execute(parts.db);
		if (rows[0]?.waiting === 0) return;
		await pause(20);
	}
}
