import type { CaseState } from '../case/state.ts';
import type { ExceptionType, Outcome, WorkflowDocument } from '../workflow/document.ts';

/** The type as the document declares it; a type of an open exception that is not there is a bug. */
export function exceptionType(document: WorkflowDocument, type: string): ExceptionType {
	const declared = Object.hasOwn(document.exceptions, type) ? document.exceptions[type] : undefined;
	if (!declared)
		throw new Error(`Exception type "${type}" is not in workflow "${document.workflow}".`);
	return declared;
}

/** The outcomes that an agent may decide on; the others are reached by their own acts. */
export const decisions = (type: ExceptionType): Outcome[] =>
	type.outcomes.filter(({ does }) => does === 'resume' || does === 'end');

/** The outcome that an act of this kind closes the exception with, if the type allows the act. */
export const outcomeOf = (type: ExceptionType, does: Outcome['does']): Outcome | undefined =>
	type.outcomes.find((outcome) => outcome.does === does);

/** How a person closed an exception of this type; none if nobody did, but time or the customer. */
export const outcomeNamed = (
	document: WorkflowDocument,
	answered: { type: string; outcome: string } | null
): Outcome | undefined =>
	answered
		? document.exceptions[answered.type]?.outcomes.find(({ id }) => id === answered.outcome)
		: undefined;

/**
 * Does what an outcome says hold on a case as it stands? On one that has ended, before it or since,
 * nobody goes on: only that it was closed or settled is still true.
 */
export const stillTrue = ({ does }: Outcome, { ended }: Pick<CaseState, 'ended'>): boolean =>
	ended === null || does === 'end' || does === 'settle';
