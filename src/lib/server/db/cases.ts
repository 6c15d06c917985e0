import { type Selectable, sql, type Transaction } from 'kysely';
import type { Command } from '../../domain/case/commands.ts';
import { decide, type Decision } from '../../domain/case/decide.ts';
import type { Actor, CaseEvent } from '../../domain/case/events.ts';
import { type CaseState, fold } from '../../domain/case/state.ts';
import type { GrantLimit } from '../../domain/policy/grants.ts';
import type { Channel, FieldValue, FieldValues } from '../../domain/workflow/document.ts';
import type { Part } from '../../domain/workflow/switches.ts';
import { reach } from '../../domain/telemetry/reached.ts';
import type { CaseKey } from '../crypto/vault.ts';
import type { Parts } from '../parts.ts';
import { OFF } from './switches.ts';
import { type ExceptionRow, storeExceptions } from './exceptions.ts';
import { keepLink, keptUntil } from './links.ts';
import type { Schema } from './schema.ts';

export type Trx = Transaction<Schema>;

export type Contacts = Partial<Record<Channel, string>>;

/** The personal part of a case, sealed under its own key. */
export interface CaseContent {
	/** The customer's reference in the system of record. */
	customer: string;
	/** From the trigger, overlaid by what the system of record said last. */
	facts: FieldValues;
	/** From the trigger: where outreach may go. Codes never go here. */
	contacts: Contacts;
	/** IANA zone and channels agreed to, where the trigger told them. */
	zone?: string;
	consent?: Channel[];
	/** From the system of record: where codes go, and the names of the facts that it held. `at` is an ISO instant. */
	record?: { contacts: Contacts; at: string; facts?: string[] };
	/** By the grant's id: bounds of its inputs. */
	grantLimits?: Record<string, Record<string, GrantLimit>>;
	/** What a person put right, by fact; it counts until the record says something else. */
	corrections?: Record<string, Correction>;
}

/** A fact that the system of record has wrong. */
export interface Correction {
	value: FieldValue;
	/** What the record said then; `null`: nothing. */
	was: FieldValue | null;
	/** ISO instant. */
	at: string;
	/** Account of who did. */
	by: string;
	/** Its writeback, where it is written to the record, too. */
	id?: string;
	/** The question whose answer it is, where the customer told it. */
	question?: string;
}

export type CaseRow = Selectable<Schema['cases']>;

export interface LoadedCase {
	row: CaseRow;
	state: CaseState;
	content: CaseContent;
	key: CaseKey;
	/** The database's clock when it was read. */
	now: Date;
	/** Parts of its workflow that were off then. */
	off: Part[];
}

type Vaulted = Pick<Parts, 'db' | 'vault'>;

/**
 * The customer was erased, perhaps a moment ago: nothing of the case can be read, and nothing happens
 * to it any more. A job that meets it is done, and a page of it is gone.
 */
export class CaseErased extends Error {
	override name = 'CaseErased';
}

async function unseal(
	{ vault }: Pick<Parts, 'vault'>,
	{ now, off, ...row }: CaseRow & Pick<LoadedCase, 'now' | 'off'>
): Promise<LoadedCase> {
	if (row.erased_at) throw new CaseErased(`The customer of case ${row.id} was erased.`);
	const key = await vault.openCaseKey(row.key);
	const content = await vault.open<CaseContent>(key, row.sealed, 'cases.sealed');
	return { row, state: row.state, content, key, now, off };
}

/** The case as it stands, to look at; `null` if there is none. Throws `CaseErased`. */
export async function loadCase(parts: Vaulted, id: string): Promise<LoadedCase | null> {
	const found = await parts.db
		.selectFrom('cases')
		.selectAll()
		.select([sql<Date>`now()`.as('now'), OFF.as('off')])
		.where('id', '=', id)
		.executeTakeFirst();
	return found ? unseal(parts, found) : null;
}

/** When the customer of a case was erased; `null` if they were not, `undefined` if there is no case. */
export async function erasedAt(db: Parts['db'], id: string): Promise<Date | null | undefined> {
	const row = await db
		.selectFrom('cases')
		.select('erased_at')
		.where('id', '=', id)
		.executeTakeFirst();
	return row?.erased_at;
}

/** The open cases with these duplicate hashes, to look at. */
export async function loadOpenCases(parts: Vaulted, hashes: string[]): Promise<LoadedCase[]> {
	const found = await parts.db
		.selectFrom('cases')
		.selectAll()
		.select([sql<Date>`now()`.as('now'), OFF.as('off')])
		.where('duplicate_hash', 'in', hashes)
		.where('ended_at', 'is', null)
		.execute();
	return Promise.all(found.map((row) => unseal(parts, row)));
}

/** Who changes a case, and in which flow: the crash matrix names the commit after it. */
export interface ChangedBy {
	actor: Actor;
	flow: string;
}

/** What a flow holds while it changes one case: the locked row and the way to decide. */
export interface CaseChange extends LoadedCase {
	trx: Trx;
	/** Asks the pure core; the events of a yes are stored when the change commits. */
	decide(command: Command): Decision;
	/** Like `decide`, where a no would be a bug of ours. */
	must(command: Command): void;
	/** Replaces the personal part. `factsAt` tells that the facts were read just now. */
	reseal(content: CaseContent, options?: { factsAt?: Date; language?: string }): void;
	/** The queue's row of an exception that a command of this change raises. */
	file(exception: ExceptionRow): void;
}

/**
 * The one door for changes to a case: locks the row, lets `work` decide, and commits state, events,
 * rows and jobs in one transaction. Two changes of one case wait for each other; no network call
 * belongs inside. Throws `CaseErased`.
 */
export async function changeCase<Value>(
	parts: Vaulted & Pick<Parts, 'crash'>,
	id: string,
	{ actor, flow }: ChangedBy,
	work: (change: CaseChange) => Promise<Value>
): Promise<Value> {
	const value = await parts.db.transaction().execute(async (trx) => {
		const done = await changeCaseIn(trx, parts, id, actor, work);
		parts.crash(`${flow}:before-commit`);
		return done;
	});
	parts.crash(`${flow}:after-commit`);
	return value;
}

/** The same inside a transaction that is open already. */
export async function changeCaseIn<Value>(
	trx: Trx,
	parts: Pick<Parts, 'vault'>,
	id: string,
	actor: Actor,
	work: (change: CaseChange) => Promise<Value>
): Promise<Value> {
	const found = await trx
		.selectFrom('cases')
		.selectAll()
		.select([sql<Date>`now()`.as('now'), OFF.as('off')])
		.where('id', '=', id)
		.forUpdate()
		.executeTakeFirstOrThrow(() => new Error(`There is no case ${id}.`));
	const loaded = await unseal(parts, found);
	const events: CaseEvent[] = [];
	const filed: ExceptionRow[] = [];
	let resealed: Pending['resealed'] = null;
	const change: CaseChange = {
		...loaded,
		trx,
		decide(command) {
			const decision = decide(change.state, command);
			if (decision.ok) {
				events.push(...decision.value);
				change.state = fold(change.state, decision.value);
			}
			return decision;
		},
		must(command) {
			const decision = change.decide(command);
			if (!decision.ok) throw new Error(`Case ${id} refused "${command.do}": ${decision.reason}.`);
		},
		reseal(content, options) {
			change.content = content;
			resealed = { content, ...options };
		},
		file(exception) {
			filed.push(exception);
		}
	};
	const value = await work(change);
	await store(trx, parts, change, { events, filed, resealed }, actor);
	return value;
}

/** What a change has gathered for its commit. */
interface Pending {
	events: CaseEvent[];
	filed: ExceptionRow[];
	resealed: { content: CaseContent; factsAt?: Date; language?: string } | null;
}

async function store(
	trx: Trx,
	{ vault }: Pick<Parts, 'vault'>,
	{ row, state, key, now }: CaseChange,
	{ events, filed, resealed }: Pending,
	actor: Actor
): Promise<void> {
	if (events.length === 0 && !resealed) return;
	await trx
		.updateTable('cases')
		.set({
			stage: state.stage,
			state: JSON.stringify(state),
			seq: row.seq + events.length,
			reached: reach(row.reached, events),
			updated_at: now,
			ended_at: state.ended ? (row.ended_at ?? now) : null,
			...(resealed && {
				sealed: await vault.seal(key, resealed.content, 'cases.sealed'),
				...(resealed.factsAt && { facts_at: resealed.factsAt }),
				...(resealed.language && { language: resealed.language })
			})
		})
		.where('id', '=', row.id)
		.execute();
	if (events.length) await insertEvents(trx, row.id, row.seq, events, actor);
	await storeExceptions(trx, events, filed, now);
	// Whoever waits for a person finds the truth on the same link until then.
	if (filed.length) await keepLink(trx, row.id, keptUntil(now));
}

/** Appends events after number `after`. */
export async function insertEvents(
	trx: Trx,
	caseId: string,
	after: number,
	events: readonly CaseEvent[],
	actor: Actor
): Promise<void> {
	await trx
		.insertInto('case_events')
		.values(events.map((event, index) => eventRow(caseId, after + index + 1, event, actor)))
		.execute();
}

export function eventRow(caseId: string, seq: number, { type, ...data }: CaseEvent, actor: Actor) {
	return { case_id: caseId, seq, type, actor, data: JSON.stringify(data) };
}
