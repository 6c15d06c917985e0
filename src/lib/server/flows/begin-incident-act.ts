import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import {
	type IncidentActKind,
	MOST_IN_ACT,
	SETTLES_ALL,
	type SettlesAll
} from '../../contracts/desk-incident.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Permission, Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import type { Trx } from '../db/cases.ts';
import { scopeOf } from '../db/desk.ts';
import { fillAct, fillDecision, insertAct } from '../db/incident-acts.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';
import { readNote, readOptionalNote } from './keep-note.ts';
import { outcomesOf, seesIncident } from './show-incident.ts';

/** What is wanted for every case of an incident. */
export type IncidentOrder =
	| { act: 'claim' }
	| { act: 'decide'; outcome: string; note?: string | undefined }
	| { act: 'propose'; settles: string; why: string }
	/** `on`: the act that proposed. A yes may say why, a no must. */
	| { act: 'approve' | 'refuse'; on: string; why?: string | undefined };

/**
 * - `not-found`: there is no such incident, or none that this account sees.
 * - `already-running`: an act on it is not over.
 * - `own-proposal`: nobody says yes to their own (case F7).
 * - `empty`: it stops no case that the account sees, or everything that was proposed is decided on.
 */
export type BeginRefusal =
	| 'not-found'
	| 'forbidden'
	| 'already-running'
	| 'outcome-not-allowed'
	| 'own-proposal'
	| 'already-decided'
	| 'bad-text'
	| 'empty';

/** The same as for one case alone. */
export const NEEDS: Record<IncidentActKind, Permission> = {
	claim: 'desk.work',
	decide: 'desk.work',
	propose: 'writeback.propose',
	approve: 'writeback.approve',
	refuse: 'writeback.approve'
};

/** A process that begins an act works on it first; then its job goes on. */
const JOB_AFTER_SECONDS = 5;

/**
 * Begins an act on all that an incident stops: which cases these are is settled now, and what becomes
 * of each when its turn comes, by the rules of the act on one case. Words that go with each are sealed
 * for as long as the act runs.
 */
export async function beginIncidentAct(
	parts: Pick<Parts, 'db' | 'vault' | 'jobs'>,
	principal: Pick<Principal, 'id'>,
	incident: string,
	order: IncidentOrder
): Promise<Result<{ act: string; total: number }, BeginRefusal>> {
	const words = wordsOf(order);
	if (!words.ok) return fail('bad-text');
	if (!isUuid(incident)) return fail('not-found');
	const sealed = await sealWords(parts, words.value);
	return parts.db
		.transaction()
		.execute(async (trx): Promise<Result<{ act: string; total: number }, BeginRefusal>> => {
			if (!(await permits(trx, principal, NEEDS[order.act]))) return fail('forbidden');
			const scope = await scopeOf(trx, principal);
			if (!scope || !(await seesIncident(trx, scope, incident))) return fail('not-found');
			const may = await mayBegin(trx, principal, incident, order);
			if (!may.ok) return may;
			const act = {
				id: uuid(),
				incident_id: incident,
				act: order.act,
				outcome: may.value,
				decides_on: 'on' in order ? order.on : null,
				staff_id: principal.id,
				...sealed
			};
			if (!(await insertAct(trx, act))) return fail('already-running');
			const total = act.decides_on
				? await fillDecision(trx, act)
				: await fillAct(trx, act, scope, MOST_IN_ACT);
			if (total === 0) {
				// Nothing to be worked through: as if it had not begun.
				await trx.deleteFrom('incident_acts').where('id', '=', act.id).execute();
				return fail('empty');
			}
			await recordAct(trx, {
				actor: `staff:${principal.id}`,
				act: `${order.act}-incident`,
				object: `incident:${incident}`,
				result: 'done',
				data: { act: act.id, cases: total, ...(act.outcome !== null && { outcome: act.outcome }) }
			});
			const { rows } = await sql<{ at: Date }>`
			select now() + make_interval(secs => ${JOB_AFTER_SECONDS}::int) as at`.execute(trx);
			const options = { startAfter: rows[0]!.at };
			await parts.jobs.send(trx, 'work-incident', { v: 1, act: act.id }, options);
			return ok({ act: act.id, total });
		});
}

function wordsOf(order: IncidentOrder): Result<string | null, 'bad-text'> {
	if (order.act === 'claim') return ok(null);
	if (order.act === 'decide') return readOptionalNote(order.note);
	if (order.act === 'approve') return readOptionalNote(order.why);
	return readNote(order.why ?? '');
}

async function sealWords({ vault }: Pick<Parts, 'vault'>, words: string | null) {
	if (words === null) return { key: null, sealed: null };
	const { key, wrapped } = await vault.newCaseKey();
	return { key: wrapped, sealed: await vault.seal(key, words, 'incident_acts.sealed') };
}

/** Is what is wanted something that could be done at all? Each case is asked again in its turn. */
async function mayBegin(
	trx: Trx,
	{ id }: Pick<Principal, 'id'>,
	incident: string,
	order: IncidentOrder
): Promise<Result<string | null, BeginRefusal>> {
	if (order.act === 'claim') return ok(null);
	if (order.act === 'decide') {
		const allowed = await outcomesOf(trx, incident);
		return allowed.some((outcome) => outcome.id === order.outcome)
			? ok(order.outcome)
			: fail('outcome-not-allowed');
	}
	if (order.act === 'propose')
		return SETTLES_ALL.includes(order.settles as SettlesAll)
			? ok(order.settles)
			: fail('outcome-not-allowed');
	const proposed = isUuid(order.on)
		? await trx
				.selectFrom('incident_acts')
				.select(['staff_id', 'outcome'])
				.where('id', '=', order.on)
				.where('incident_id', '=', incident)
				.where('act', '=', 'propose')
				.executeTakeFirst()
		: undefined;
	if (!proposed) return fail('already-decided');
	return proposed.staff_id === id ? fail('own-proposal') : ok(proposed.outcome);
}
