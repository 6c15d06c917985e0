import type { LadderStep } from '../case/commands.ts';
import type { CaseState } from '../case/state.ts';
import type { Breakpoint, WorkflowDocument } from '../workflow/document.ts';
import { dueAfter } from './clock.ts';

/** What can be tried now, and whether it was seen to work. */
export interface Possible {
	/** Facts were read afresh after the case left its path; true if that put it back on it. */
	freshContext?: boolean;
	/** Other actions are eligible; `withhold` is the action that is taken off the case. */
	fewerActions?: { others: boolean; withhold?: string };
}

/** Where a case left its path, and whether that was because one of our own rules is broken. */
export interface Left {
	breakpoint: Breakpoint;
	ruleError?: boolean | undefined;
	/** A correction could not be written: no rung of the customer's leads back from there. */
	correction?: string | undefined;
}

/**
 * The next rung for a case that left its path: each rung once a breakpoint, in the workflow's
 * order; when none is left, the exception that the workflow names for this breakpoint, or for
 * rules that cannot be evaluated.
 * @param exceptionId the id that the exception gets, if one is raised
 * @param now instant of the decision, database clock
 */
export function climb(
	document: WorkflowDocument,
	state: CaseState,
	{ breakpoint, ruleError, correction }: Left,
	possible: Possible,
	exceptionId: string,
	now: Date
): LadderStep {
	if (correction !== undefined) {
		const type = document.records.corrections?.exception ?? '';
		return { raise: seedException(document, type, exceptionId, now) };
	}
	const taken = state.rungs
		.filter((rung) => rung.breakpoint === breakpoint)
		.map(({ rung }) => rung);
	for (const rung of document.breakpoints[breakpoint].rungs) {
		if (taken.includes(rung)) continue;
		if (rung === 'fresh-context' && possible.freshContext !== undefined)
			return { rung, worked: possible.freshContext };
		if (rung === 'fewer-actions' && possible.fewerActions?.others)
			return { rung, worked: true, withheld: possible.fewerActions.withhold };
	}
	const type = ruleError ? document.ruleError : document.breakpoints[breakpoint].exception;
	return { raise: seedException(document, type, exceptionId, now) };
}

/** The exception of this type with its owner and its timer. */
export function seedException(document: WorkflowDocument, type: string, id: string, now: Date) {
	const declared = document.exceptions[type];
	if (!declared)
		throw new Error(`Exception type "${type}" is not in workflow "${document.workflow}".`);
	const calendar = declared.calendar ? document.calendars?.[declared.calendar] : undefined;
	const dueAt = dueAfter(now, declared.hours, calendar).toISOString();
	return { id, type, class: declared.class, owner: declared.owner, dueAt };
}
