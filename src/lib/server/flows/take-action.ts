import { type EligibleAction, offer, type VerifiedVisit } from '../../domain/identity/proofs.ts';
import { strictest } from '../../domain/identity/assurance.ts';
import { evaluateAction } from '../../domain/policy/eligibility.ts';
import { grantOf, type Moment } from '../../domain/policy/moment.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { atLeast } from '../../domain/workflow/document.ts';
import { needOf } from '../../domain/identity/need.ts';
import type { LoadedCase } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';
import { isOff, isWithheld, momentOf } from './judge-actions.ts';

/**
 * - `needs-assurance`: the action demands more than the visit has proved so far.
 * - `switched-off`: operations stopped it for everybody.
 * - `rule-error`: whether it is eligible cannot be evaluated; who changes something raises it.
 */
export type ActionRefusal =
	'unknown-action' | 'not-eligible' | 'needs-assurance' | 'rule-error' | 'switched-off';

/**
 * May this visit take this action, on these facts, now? The only way to an `EligibleAction`; asked
 * again at every step up to the confirmation.
 */
export function takeAction(
	workflow: Workflow,
	visit: VerifiedVisit,
	standing: Pick<LoadedCase, 'state' | 'content' | 'now' | 'off'>,
	action: string
): Result<{ eligible: EligibleAction; moment: Moment; grant?: string }, ActionRefusal> {
	const { state } = standing;
	const { actions, identity } = workflow.document;
	const declared = Object.hasOwn(actions, action) ? actions[action] : undefined;
	if (!declared) return fail('unknown-action');
	const need = strictest(needOf(identity, state.failures), declared.assurance);
	if (!atLeast(visit.assurance, need)) return fail('needs-assurance');
	const moment = momentOf(workflow, standing);
	if (isWithheld(standing, moment, action) || state.ended) return fail('not-eligible');
	if (isOff(standing, action)) return fail('switched-off');
	const verdict = evaluateAction(workflow.compiled, action, moment);
	if (verdict.ruleError) return fail('rule-error');
	const eligible = offer(visit, verdict);
	if (!eligible.ok) return fail('not-eligible');
	// A grant is used up by what it made possible, not by what would be possible without it.
	const needed = verdict.clauses.some(({ lifted }) => lifted) || state.withheld.includes(action);
	const grant = needed ? grantOf(moment, action)?.id : undefined;
	return ok({ eligible: eligible.value, moment, ...(grant && { grant }) });
}
