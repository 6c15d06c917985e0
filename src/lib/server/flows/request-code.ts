import { v7 as uuid } from 'uuid';
import { type NextChallenge, nextChallenge } from '../../domain/identity/next-challenge.ts';
import { CODE, codeMinutes, SENDS } from '../../domain/identity/limits.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import { createCode } from '../crypto/codes.ts';
import { raiseAlert } from '../db/alerts.ts';
import { type CaseChange, changeCase, loadCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import { countAgainst, giveBack, type Limit } from '../db/counters.ts';
import { refusedSenders } from '../db/senders.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import { untilNextCode } from './code-gap.ts';
import { phoneLimits } from './code-phones.ts';
import { prefixLimit, prefixOf } from './code-prefixes.ts';
import { type Identifying, readFactors } from './factors.ts';
import { leavePath } from './leave-path.ts';
import { type PageVisit, visitLives } from './load-visit.ts';
import { raiseIfStuck } from './raise-if-stuck.ts';
import { destinationHash, queueMessage } from './queue-message.ts';
import {
	FRESH_SECONDS,
	readFreshFacts,
	recordIsFresh,
	type Refresh,
	storeFreshFacts,
	storeUnknownCustomer
} from './refresh-facts.ts';
import { codeDestination, codeMayReach, needFor } from './show-verify.ts';

/**
 * - `too-soon`: a code is on its way; `seconds` until the next may be asked for.
 * - `limited`: too many codes to this phone, from this address or on this day, or too few of those
 *   to this range of numbers were ever typed.
 * - `unreachable`: the system of record holds no contact point that codes may go to.
 * - `unavailable`: the system of record cannot be read and was never read for this case.
 * - `not-sendable`: every sender that could take it is out of order.
 * - `not-asked`: a code is not what this visit needs now (locked, another factor's turn, or over).
 */
export type CodeRefusal =
	'too-soon' | 'limited' | 'unreachable' | 'unavailable' | 'not-sendable' | 'not-asked';

/**
 * Sends a one-time code to what the system of record holds, never to anything a visitor typed. A
 * new code ends the one before it; no count is reset.
 * @param source keyed hash of the caller's address, for the limit against toll fraud
 */
export async function requestCode(
	parts: Identifying,
	visit: PageVisit,
	channel: Channel,
	source: string,
	action?: string
): Promise<Result<{ mask: string }, CodeRefusal, { seconds?: number }>> {
	const loaded = await loadCase(parts, visit.caseId);
	if (!loaded) return fail('not-asked');
	const workflow = await loadWorkflow(parts.db, visit.workflow.key, visit.workflow.version);
	const known = recordIsFresh(loaded, FRESH_SECONDS.contact);
	const fresh = known ? null : await readFreshFacts(parts, workflow, loaded.content.customer);
	const nobody = fresh?.ok === false && fresh.reason === 'not-found';
	if (fresh && !fresh.ok && !nobody && !loaded.content.record) return fail('unavailable');
	const read = fresh?.ok ? fresh.value.contacts : loaded.content.record?.contacts;
	const contacts = nobody ? {} : read;
	const to = codeDestination(visit, contacts, channel, await refusedSenders(parts.db));
	// Counted outside the transaction: the whole deployment shares these rows, and nobody is to wait
	// for them until a code is stored.
	const shared = await sharedLimits(parts.db, source, to && prefixOf(to.channel, to.to));
	if (await reserve(parts.db, shared)) return fail('limited');
	parts.crash('request-code:reserved');
	let sent = false;
	try {
		const requested = await requestOnce(parts, workflow, visit, { channel, fresh, action });
		sent = requested.ok;
		return requested;
	} finally {
		// Thrown while it was committed, a code may be on its way uncounted here: what its phone may get is
		// counted with it, and a busy database must not use up what everybody shares.
		if (!sent) await giveAllBack(parts, shared);
	}
}

async function giveAllBack({ db, log }: Identifying, limits: Limit[]): Promise<void> {
	for (const limit of limits)
		await giveBack(db, limit).catch((error: unknown) =>
			log.error({ error }, 'codes: what was counted ahead could not be given back')
		);
}

async function requestOnce(
	parts: Identifying,
	workflow: Workflow,
	visit: PageVisit,
	asked: { channel: Channel; fresh: Refresh | null; action: string | undefined }
): Promise<Result<{ mask: string }, CodeRefusal, { seconds?: number }>> {
	const { channel, fresh, action } = asked;
	return changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'request-code' },
		async (change) => {
			// Ended while the record was read ("this is not me"): nothing more goes to that phone.
			if (!(await visitLives(change.trx, visit))) return fail('not-asked');
			if (fresh?.ok && !change.state.ended) storeFreshFacts(workflow, change, fresh.value);
			if (fresh?.ok === false && fresh.reason === 'not-found') storeUnknownCustomer(change);
			const refused = await refusedSenders(change.trx);
			const contacts = change.content.record?.contacts;
			const to = codeDestination(visit, contacts, channel, refused);
			if (!to) {
				await raiseIfStuck(visit, workflow, change, false);
				return fail('unreachable');
			}
			const { factors, now } = await readFactors(
				change.trx,
				visit.customerHash,
				change.state,
				codeMayReach(visit, contacts, refused)
			);
			const { identity } = workflow.document;
			const need = needFor(visit, action);
			const next = nextChallenge({ identity, need, have: visit.assurance, factors, now });
			if (factors.reachable === 'later') return stopped(workflow, change, next);
			if (next.ask !== 'code') return fail('not-asked');
			const seconds = await untilNextCode(change.trx, visit.customerHash);
			if (seconds > 0) return fail('too-soon', { seconds });
			const hash = destinationHash(parts, to.channel, to.to);
			const { day, now: few } = phoneLimits(hash);
			const full = await reserve(change.trx, [day, few]);
			if (full === day) leaveIdentity(workflow, change, 'codes-exhausted');
			if (full) return fail('limited');
			await sendCode(parts, workflow, visit, change, { ...to, hash });
			return ok({ mask: to.mask });
		}
	);
}

/**
 * It could not go now, and would be of no use later. Where known facts prove enough the page asks for
 * them; else what the workflow says for identity takes over, once.
 */
function stopped(workflow: Workflow, change: CaseChange, next: NextChallenge) {
	if (next.ask === 'person' && next.reason === 'code-not-sendable')
		leaveIdentity(workflow, change, next.reason);
	return fail(next.ask === 'wait' ? 'not-asked' : 'not-sendable');
}

/**
 * No code for hours, perhaps by a stranger with the link (case C8): what the workflow says for
 * identity takes over, once.
 */
function leaveIdentity(workflow: Workflow, change: CaseChange, reason: string): void {
	const { ended, exceptions } = change.state;
	if (ended || exceptions.some(({ breakpoint }) => breakpoint === 'identity')) return;
	leavePath(workflow, change, { breakpoint: 'identity', reason });
}

const sharedLimits = async (
	db: Db,
	source: string,
	prefix: string | null | undefined
): Promise<Limit[]> => [
	{
		key: `sends-source:${source}`,
		most: SENDS.perSource.count,
		seconds: SENDS.perSource.minutes * 60
	},
	...(prefix ? [await prefixLimit(db, prefix)] : []),
	{ key: 'sends-day', most: SENDS.perDay, seconds: 86_400 }
];

/**
 * Counts against all of them; or gives back what it counted, tells operations which was full, and
 * returns that. What stands behind a key's colon is somebody's hash and is not told.
 */
async function reserve(db: Db, limits: Limit[]): Promise<Limit | null> {
	for (const [index, limit] of limits.entries()) {
		if (await countAgainst(db, limit)) continue;
		for (const counted of limits.slice(0, index)) await giveBack(db, counted);
		await raiseAlert(db, 'send-limit', limit.key.split(':')[0] ?? limit.key);
		return limit;
	}
	return null;
}

async function sendCode(
	parts: Identifying,
	workflow: Workflow,
	visit: PageVisit,
	change: CaseChange,
	to: { channel: Channel; to: string; mask: string; hash: string }
): Promise<void> {
	const { document } = workflow;
	const { trx, row, now } = change;
	const movesMoney = Object.values(document.actions).some(({ effect }) => effect === 'money');
	const minutes = codeMinutes(document.identity.code.minutes, movesMoney);
	const expiresAt = new Date(now.getTime() + minutes * 60_000);
	const { secret, code } = createCode();
	await trx
		.updateTable('challenges')
		.set({ ended_at: now })
		.where('visit_id', '=', visit.id)
		.where('used_at', 'is', null)
		.where('ended_at', 'is', null)
		.execute();
	await trx
		.insertInto('challenges')
		.values({
			id: uuid(),
			visit_id: visit.id,
			case_id: row.id,
			customer_hash: visit.customerHash,
			channel: to.channel,
			mask: to.mask,
			destination_hash: to.hash,
			secret: await parts.vault.seal(change.key, secret, 'challenges.secret'),
			most: CODE.mostCompared,
			expires_at: expiresAt
		})
		.execute();
	await queueMessage(parts, workflow, change, {
		class: 'code',
		template: document.identity.code.template,
		channel: to.channel,
		to: to.to,
		language: row.language,
		facts: {},
		extra: { code, minutes: String(minutes) },
		expiresAt
	});
}
