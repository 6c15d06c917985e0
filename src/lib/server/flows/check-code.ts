import { sql } from 'kysely';
import { fail, ok, type Result } from '../../domain/result.ts';
import { checkCode as compare, normaliseCode } from '../crypto/codes.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { alertFailure, closed, type Identifying, reserveTry } from './factors.ts';
import { loadWorkflow } from '../db/workflows.ts';
import { raiseIfStuck } from './raise-if-stuck.ts';
import { offerAtOnce } from './make-offer.ts';
import { countVerified, prefixOf } from './code-prefixes.ts';
import { giveCompareBack, reserveCompare, watchForSpray } from './code-sprays.ts';
import type { PageVisit, VisitTicket } from './load-visit.ts';
import { passChallenge } from './pass-challenge.ts';

/**
 * - `not-a-code`: not six digits; nothing was compared or counted.
 * - `wrong-code`: compared and wrong; `left` tells how many tries the challenge has.
 * - `no-code`: expired, used, replaced or dead: a new one must be asked for.
 * - `locked`: this person's codes are locked for a while.
 * - `not-compared`: too many wrong codes from this address, or nearly all codes everywhere are wrong.
 */
export type CodeFault = 'not-a-code' | 'wrong-code' | 'no-code' | 'locked' | 'not-compared';

/**
 * Compares a typed code. At most five comparisons a challenge and ten failures in a row a person are
 * reserved before they are made, each by one conditional statement, so no parallel caller gets a
 * sixth. A match takes effect once and gives the visit a new id.
 * @param typed whatever the form held
 * @param source keyed hash of the caller's address
 */
export async function checkCode(
	parts: Identifying,
	visit: PageVisit,
	typed: unknown,
	source: string
): Promise<Result<VisitTicket, CodeFault, { left?: number }>> {
	const code = normaliseCode(typed);
	if (!code) return fail('not-a-code');
	if (!(await reserveCompare(parts.db, source))) return fail('not-compared');
	parts.crash('check-code:reserved');
	let done = false;
	const result = await changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'check-code' },
		async (change) => {
			const checked = await checkOnce(parts, visit, change, code);
			done = true;
			return checked;
		}
	).catch(async (error: unknown) => {
		// Before that COMMIT was never sent: a busy lock or pool has cost this address nothing. After it
		// the connection may have been cut during COMMIT, and what was compared may stand: then the count
		// stays, or cutting connections would buy tries.
		if (!done)
			await giveCompareBack(parts.db, source).catch((late: unknown) =>
				parts.log.error({ error: late }, 'codes: a comparison could not be given back')
			);
		throw error;
	});
	parts.metrics.challenges.inc({ factor: 'code', result: result.ok ? 'passed' : result.reason });
	if (result.ok) await offerAtOnce(parts, visit.caseId);
	// What was decided stands, whatever becomes of the counting.
	await countFor(parts, source, result).catch((error: unknown) =>
		parts.log.error({ error }, 'codes: a comparison could not be counted')
	);
	return result.ok ? ok(result.value.ticket) : result;
}

/** - `prefix`: the range of numbers that the code had gone to, if to one. */
type Checked = Result<{ ticket: VisitTicket; prefix: string | null }, CodeFault, { left?: number }>;

/** What the whole deployment counts: outside the transaction, so that nobody waits for these rows. */
async function countFor({ db }: Identifying, source: string, checked: Checked): Promise<void> {
	// Only a comparison that failed says how many tries are left.
	if (!checked.ok && checked.detail?.left !== undefined) return watchForSpray(db);
	await giveCompareBack(db, source);
	if (checked.ok && checked.value.prefix) await countVerified(db, checked.value.prefix);
}

async function checkOnce(
	parts: Identifying,
	visit: PageVisit,
	change: CaseChange,
	code: string
): Promise<Checked> {
	const { trx, now, content } = change;
	const challenge = await trx
		.updateTable('challenges')
		.set({ compared: sql`compared + 1` })
		.where('visit_id', '=', visit.id)
		.where('used_at', 'is', null)
		.where('ended_at', 'is', null)
		.where('expires_at', '>', sql<Date>`now()`)
		.whereRef('compared', '<', 'most')
		// While the person is locked a try costs the challenge nothing.
		.where((eb) => eb.not(eb.exists(closed(trx, visit.customerHash, 'code'))))
		.returning(['id', 'secret', 'compared', 'most', 'channel'])
		.executeTakeFirst();
	if (!challenge) {
		const locked = await closed(trx, visit.customerHash, 'code').executeTakeFirst();
		return fail(locked ? 'locked' : 'no-code');
	}
	const tried = await reserveTry(trx, visit.customerHash, 'code');
	if (!tried) return fail('locked');
	const secret = await parts.vault.open<string>(change.key, challenge.secret, 'challenges.secret');
	const left = challenge.most - challenge.compared;
	const end = { id: challenge.id, now };
	if (!compare(secret, code)) {
		await alertFailure(trx, 'code', tried);
		if (left > 0) return fail('wrong-code', { left });
		await trx
			.updateTable('challenges')
			.set({ ended_at: end.now })
			.where('id', '=', end.id)
			.execute();
		change.must({ do: 'fail-challenge', factor: 'code', reason: 'too-many-tries' });
		await raiseIfStuck(
			visit,
			await loadWorkflow(trx, visit.workflow.key, visit.workflow.version),
			change,
			true
		);
		return fail('no-code', { left });
	}
	// Used and renewed in one transaction: the code opens one visit, once.
	await trx.updateTable('challenges').set({ used_at: end.now }).where('id', '=', end.id).execute();
	const ticket = await passChallenge(parts, visit, change, 'code');
	if (!ticket) return fail('no-code');
	const to = content.record?.contacts[challenge.channel];
	return ok({ ticket, prefix: to ? prefixOf(challenge.channel, to) : null });
}
