import type { IncidentActKind, LeftReason, SettlesAll } from '../../contracts/desk-incident.ts';
import { ok, type Result } from '../../domain/result.ts';
import { CaseErased } from '../db/cases.ts';
import {
	type IncidentActRow,
	leaseAct,
	markDone,
	markLeft,
	nextOfAct,
	releaseAct
} from '../db/incident-acts.ts';
import type { Parts } from '../parts.ts';
import { NEEDS } from './begin-incident-act.ts';
import type { Closing } from './close-exception.ts';
import { decideHeld } from './decide-exception.ts';
import { settleHeld } from './decide-settlement.ts';
import { proposeHeld } from './propose-settlement.ts';
import { type Held, type Working, workException } from './work-exception.ts';

type Acting = Working & Closing & Pick<Parts, 'log'>;

/** Cases that a press works through before it answers; the job goes on with the rest. */
export const AT_ONCE = 20;
/** Of one job: short enough that a node which goes down is not waited for. */
const OF_ONE_JOB = 100;
/** What breaks so often is left as it is, and the others do not wait for it. */
const MOST_TRIES = 3;

/** An act under way, and what is to be done with each of its cases. */
interface Running {
	row: IncidentActRow;
	words: string | null;
}

type Of = (
	parts: Acting,
	held: Held,
	running: Running,
	proposal: string | null
) => Promise<Result<{ caseId: string; proposal?: string }, LeftReason>>;

const decideAs =
	(approved: boolean): Of =>
	(parts, held, { words }, proposal) =>
		settleHeld(parts, held, { proposal: proposal ?? '', approved, why: words });

const OF: Record<IncidentActKind, Of> = {
	claim: (_, { row }) => Promise.resolve(ok({ caseId: row.id })),
	decide: (parts, held, { row, words }) =>
		decideHeld(parts, held, { outcome: row.outcome ?? '', note: words }),
	propose: (parts, held, { row, words }) =>
		proposeHeld(parts, held, {
			settles: row.outcome as SettlesAll,
			reference: '',
			why: words ?? ''
		}),
	approve: decideAs(true),
	refuse: decideAs(false)
};

/**
 * Goes on with an act on an incident, case by case: each is its own transaction, with the permission
 * and the claim asked again, and says that it is done in the same commit, or is left exactly as it
 * was with the reason why. Safe to run any number of times, on any number of nodes.
 * @param most cases; if more are left, a job goes on with them
 */
export async function workIncidentAct(parts: Acting, id: string, most = OF_ONE_JOB): Promise<void> {
	const row = await leaseAct(parts.db, id);
	if (!row) return;
	const running = { row, words: await openWords(parts, row) };
	for (let worked = 0; worked < most; worked += 1) {
		const next = await nextOfAct(parts.db, id);
		if (!next) break;
		const { exception, settlement, tries } = next;
		const reason =
			tries > MOST_TRIES ? 'failed' : await workOne(parts, running, exception, settlement);
		if (reason) await markLeft(parts.db, id, exception, reason);
	}
	if (await releaseAct(parts.db, id))
		await parts.jobs.send(parts.db, 'work-incident', { v: 1, act: id });
	else if (row.key !== null) parts.vault.forget(row.key);
}

async function openWords(
	{ vault }: Pick<Parts, 'vault'>,
	{ key, sealed }: IncidentActRow
): Promise<string | null> {
	if (key === null || sealed === null) return null;
	return vault.open<string>(await vault.openCaseKey(key), sealed, 'incident_acts.sealed');
}

/** Takes everything back that was done with a case before it turned out that it is not to be. */
class Left extends Error {
	readonly reason: LeftReason | null;
	constructor(reason: LeftReason | null) {
		super(`Left as it was: ${reason ?? 'not ours any more'}.`);
		this.reason = reason;
	}
}

/** @returns why the case was left; `null` where it is done, is somebody else's to do, or is tried again */
async function workOne(
	parts: Acting,
	running: Running,
	exception: string,
	proposal: string | null
): Promise<LeftReason | null> {
	const { row } = running;
	const claims = row.act !== 'approve' && row.act !== 'refuse';
	try {
		const done = await workException<null, LeftReason>(
			parts,
			{ id: row.staff_id },
			exception,
			async (held) => {
				const result = await OF[row.act](parts, held, running, proposal);
				if (!result.ok) throw new Left(result.reason);
				const { proposal: made = null } = result.value;
				if (!(await markDone(held.trx, row.id, exception, made))) throw new Left(null);
				return ok(null);
			},
			{ permission: NEEDS[row.act], claims }
		);
		return done.ok ? null : done.reason;
	} catch (error) {
		if (error instanceof Left) return error.reason;
		if (error instanceof CaseErased) return 'not-found';
		parts.log.error({ error, act: row.id, exception }, 'desk: a case of an incident broke off');
		return null;
	}
}
