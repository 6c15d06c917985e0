import type { Verdict } from '../policy/eligibility.ts';
import { fail, ok, type Result } from '../result.ts';
import { type Assurance, atLeast, type PublishedWorkflow } from '../workflow/document.ts';

// The brands are not exported: outside this file nothing else can make one of these values, so a
// step of the path cannot be skipped by building its argument.
declare const opened: unique symbol;
declare const verified: unique symbol;
declare const eligible: unique symbol;

/** A link as it is stored. */
export interface StoredLink {
	hash: string;
	caseId: string;
	expiresAt: Date;
	/** Superseded or revoked. */
	endedAt: Date | null;
}

/** Proof that a link was alive when it was opened. It locates a case and proves nobody. */
export type OpenedLink = Readonly<{ hash: string; caseId: string }> & { readonly [opened]: true };

/** One browser's stay on a case. */
export interface Visit {
	id: string;
	caseId: string;
	linkHash: string;
	customerHash: string;
	assurance: Assurance;
	workflow: PublishedWorkflow;
	language: string;
}

/** Proof that the visit had the assurance asked for. */
export type VerifiedVisit = Readonly<Visit> & { readonly [verified]: true };

/** What `domain/policy` says of one action on fresh facts; a rule error is never a yes. */
type ActionVerdict = Pick<Verdict, 'action' | 'eligible' | 'ruleError'>;

/** Proof that this verified visit may take this action now. Only this can be submitted. */
export type EligibleAction = Readonly<{ visit: VerifiedVisit; action: string }> & {
	readonly [eligible]: true;
};

/** Opens a link at `now`, the database's clock: at `expiresAt` itself it is over (case A4). */
export function openLink(
	link: StoredLink,
	now: Date
): Result<OpenedLink, 'link-ended' | 'link-expired'> {
	if (link.endedAt) return fail('link-ended');
	if (link.expiresAt <= now) return fail('link-expired');
	return ok(Object.freeze({ hash: link.hash, caseId: link.caseId }) as OpenedLink);
}

/** Verifies that the visit has at least `need`; a visit that only holds a link is never verified. */
export function verifyVisit(
	visit: Visit,
	need: Assurance
): Result<VerifiedVisit, 'assurance-too-low'> {
	return visit.assurance !== 'link' && atLeast(visit.assurance, need)
		? ok(Object.freeze({ ...visit }) as VerifiedVisit)
		: fail('assurance-too-low');
}

/** Offers an action of the visit's own workflow version, with the assurance that action demands. */
export function offer(
	visit: VerifiedVisit,
	verdict: ActionVerdict
): Result<EligibleAction, 'not-eligible' | 'assurance-too-low'> {
	const { actions } = visit.workflow.document;
	const action = Object.hasOwn(actions, verdict.action) ? actions[verdict.action] : undefined;
	if (!action || !verdict.eligible || verdict.ruleError) return fail('not-eligible');
	if (!atLeast(visit.assurance, action.assurance)) return fail('assurance-too-low');
	return ok(Object.freeze({ visit, action: verdict.action }) as EligibleAction);
}
