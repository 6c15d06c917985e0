import { evaluateAction } from '../../domain/policy/eligibility.ts';
import { atLeast, type FieldValue } from '../../domain/workflow/document.ts';
import { afterSend, type Change } from '../../domain/writeback/protocol.ts';
import { type CaseContent, changeCase, type LoadedCase } from '../db/cases.ts';
import { type Claimed, protocolView } from '../db/writebacks.ts';
import type { Parts } from '../parts.ts';
import type { Calling } from './call-records.ts';
import { momentOf } from './judge-actions.ts';
import type { Attempt } from './load-attempt.ts';
import {
	FRESH_SECONDS,
	readFreshFacts,
	recordIsFresh,
	storeFreshFacts,
	withFreshFacts
} from './refresh-facts.ts';

/**
 * Right before the first send: is it still to be written? On facts that are read again if they are
 * older than a minute. An unreadable record means waiting, not guessing.
 */
export async function judgeAgain(
	parts: Calling & Pick<Parts, 'vault' | 'crash'>,
	attempt: Attempt
): Promise<'eligible' | Change> {
	const { claimed, workflow, subject } = attempt;
	if ('action' in subject) {
		const declared = workflow.document.actions[subject.action];
		if (!declared || !atLeast(subject.assurance, declared.assurance))
			return refuse(claimed, 'assurance-too-low');
	}
	const read = await readAgain(parts, attempt);
	if ('refused' in read) return read.refused;
	const { content, state } = read;
	if ('correction' in subject) return judgeCorrection(attempt, subject, content);
	const standing = { state, content, now: claimed.now };
	const moment = momentOf(workflow, standing, subject.submission);
	const verdict = evaluateAction(workflow.compiled, subject.action, moment);
	if (verdict.ruleError) return giveUp(claimed, 'rule-error');
	return verdict.eligible ? 'eligible' : refuse(claimed, 'not-eligible-any-more');
}

/** A record that says something else by now than when it was corrected is not written over. */
function judgeCorrection(
	{ claimed }: Attempt,
	{ correction, fact, value }: { correction: string; fact: string; value: FieldValue },
	content: CaseContent
): 'eligible' | Change {
	const stands = content.corrections?.[fact]?.id === correction;
	return stands || content.facts[fact] === value
		? 'eligible'
		: refuse(claimed, 'record-has-changed');
}

/** The case on facts that are fresh enough to decide on, or what there is to do instead. */
async function readAgain(
	parts: Calling & Pick<Parts, 'vault' | 'crash'>,
	{ claimed, workflow, loaded }: Attempt
): Promise<Pick<LoadedCase, 'content' | 'state'> | { refused: Change }> {
	if (recordIsFresh(loaded, FRESH_SECONDS.decision)) return loaded;
	const fresh = await readFreshFacts(parts, workflow, loaded.content.customer);
	if (!fresh.ok && fresh.reason === 'not-found')
		return { refused: refuse(claimed, 'customer-not-found') };
	if (!fresh.ok && fresh.reason === 'contract') return { refused: giveUp(claimed, 'contract') };
	if (!fresh.ok) {
		const reason = fresh.reason === 'barred' ? 'breaker' : 'refused';
		const unread = { outcome: 'unavailable', reason, ...fresh.detail } as const;
		const moment = { now: claimed.now, random: Math.random() };
		return { refused: afterSend(protocolView(claimed), unread, moment) };
	}
	return changeCase(
		parts,
		claimed.case_id,
		{ actor: 'system', flow: 'refresh-facts' },
		(change) => {
			const { state } = change;
			// A correction may outlive its case, whose facts stand still then: it is judged on fresh ones all the same.
			if (state.ended)
				return Promise.resolve({ content: withFreshFacts(change, fresh.value), state });
			storeFreshFacts(workflow, change, fresh.value);
			return Promise.resolve({ content: change.content, state: change.state });
		}
	);
}

const refuse = (claimed: Claimed, reason: string): Change => ({
	...keep(claimed, null),
	state: 'rejected',
	reason,
	person: 'rejected'
});

/** What operations hear of, and what the person is told who decides. */
const GIVEN_UP = {
	poisoned: { alert: 'poison-job', person: 'tries-used' },
	contract: { alert: 'contract', person: 'contract' },
	'rule-error': { alert: 'rule-error', person: 'rule-error' }
} as const;

/** Nothing is tried any more; a person decides, and operations hear why. */
export function giveUp(claimed: Claimed, why: keyof typeof GIVEN_UP = 'poisoned'): Change {
	const { alert, person } = GIVEN_UP[why];
	return {
		...keep(claimed, null),
		state: 'dead',
		reason: why,
		person: claimed.first_sent_at ? 'outcome-unknown' : person,
		alert
	};
}

/** The row as it is, to be looked at again at `nextAt`; `null` leaves it to somebody else. */
export const keep = (claimed: Claimed, nextAt: Date | null): Change => ({
	state: claimed.state,
	failures: claimed.failures,
	firstSentAt: claimed.first_sent_at,
	lastSentAt: claimed.last_sent_at,
	reason: claimed.reason,
	nextAt
});
