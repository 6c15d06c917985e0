import { FACTS } from '../../domain/identity/limits.ts';
import { matchFacts, normaliseFact } from '../../domain/identity/known-facts.ts';
import { nextChallenge } from '../../domain/identity/next-challenge.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { countAgainst, giveBack } from '../db/counters.ts';
import { refusedSenders } from '../db/senders.ts';
import { loadWorkflow } from '../db/workflows.ts';
import { alertFailure, factsOfDay, type Identifying, readFactors, reserveTry } from './factors.ts';
import { raiseIfStuck } from './raise-if-stuck.ts';
import { offerAtOnce } from './make-offer.ts';
import { type PageVisit, visitLives, type VisitTicket } from './load-visit.ts';
import { passChallenge } from './pass-challenge.ts';
import { codeMayReach, hasLivingCode, needFor } from './show-verify.ts';

/**
 * - `no-match`: something was wrong; which field is not told, and takes the same time.
 * - `no-tries-left`: three on this case or five on this day: a person has to help.
 * - `locked`: this person's facts are locked for a while.
 * - `not-asked`: facts are not what this visit needs now (used up, or another factor's turn).
 */
export type FactsFault = 'no-match' | 'no-tries-left' | 'locked' | 'not-asked';

/**
 * Compares what the customer knows with the case's facts, as keyed hashes of normalised values.
 * @param answers fact → as typed
 * @param action the action that asks for more than the case's base, if one does
 */
export async function checkFacts(
	parts: Identifying,
	visit: PageVisit,
	answers: Record<string, string>,
	action?: string
): Promise<Result<VisitTicket, FactsFault>> {
	const result = await changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'check-facts' },
		async (change) =>
			(await asksFacts(visit, change, action))
				? checkOnce(parts, visit, change, answers)
				: fail('not-asked')
	);
	parts.metrics.challenges.inc({
		factor: 'known-facts',
		result: result.ok ? 'passed' : result.reason
	});
	if (result.ok) await offerAtOnce(parts, visit.caseId);
	return result;
}

/**
 * Facts that nobody asked for are not compared and cost nothing: where a code comes first, a stranger
 * with the link must neither learn whether a guess is right nor use up the owner's tries (case C10).
 * The case's row is locked, so what failed on this link is known here for certain.
 */
async function asksFacts(
	visit: PageVisit,
	{ trx, state, content }: CaseChange,
	action: string | undefined
): Promise<boolean> {
	if (!(await visitLives(trx, visit))) return false;
	const refused = (await hasLivingCode(trx, visit.id))
		? new Set<never>()
		: await refusedSenders(trx);
	const reachable = codeMayReach(visit, content.record?.contacts, refused);
	const { factors, now } = await readFactors(trx, visit.customerHash, state, reachable);
	const { identity } = visit.workflow.document;
	const need = needFor(visit, action);
	return (
		nextChallenge({ identity, need, have: visit.assurance, factors, now }).ask === 'known-facts'
	);
}

async function checkOnce(
	parts: Identifying,
	visit: PageVisit,
	change: CaseChange,
	answers: Record<string, string>
): Promise<Result<VisitTicket, FactsFault>> {
	const { trx, content } = change;
	const { document } = visit.workflow;
	// Counted before the comparison and given back on success, so that no parallel try slips through.
	if (!(await countAgainst(trx, factsOfDay(visit.customerHash)))) return fail('no-tries-left');
	const tried = await reserveTry(trx, visit.customerHash, 'known-facts');
	if (!tried) return fail('locked');
	const facts = document.identity.knownFacts.map(({ fact }) => fact);
	const normalised = (values: Record<string, unknown>) =>
		Object.fromEntries(
			facts.map((fact) => {
				const value = values[fact];
				const type = document.facts[fact]?.type ?? 'text';
				const known = typeof value === 'string' || typeof value === 'number' ? value : '';
				return [fact, known === '' ? '' : normaliseFact(type, known)];
			})
		);
	const hash = (value: string) => parts.vault.hash('fact', value);
	if (!matchFacts(normalised(content.facts), normalised(answers), hash)) {
		await alertFailure(trx, 'known-facts', tried);
		change.must({ do: 'fail-challenge', factor: 'known-facts', reason: 'no-match' });
		await raiseIfStuck(
			visit,
			await loadWorkflow(trx, visit.workflow.key, visit.workflow.version),
			change,
			true
		);
		const left = change.state.failures['known-facts'] < FACTS.perCase;
		return fail(left ? 'no-match' : 'no-tries-left');
	}
	await giveBack(trx, factsOfDay(visit.customerHash));
	const ticket = await passChallenge(parts, visit, change, 'known-facts');
	return ticket ? ok(ticket) : fail('not-asked');
}
