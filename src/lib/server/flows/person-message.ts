import type { CaseState } from '../../domain/case/state.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { formatInstant } from '../../domain/workflow/instant.ts';
import type { Breakpoint, PublishedWorkflow } from '../../domain/workflow/document.ts';

const openAt = ({ exceptions }: CaseState, breakpoint: Breakpoint) =>
	exceptions.find((one) => one.breakpoint === breakpoint) ?? exceptions[0];

/** The local date and time that the open exception's timer promises; empty while none is open. */
export function personUntil(
	{ workflow, language }: { workflow: PublishedWorkflow; language: string },
	state: CaseState,
	breakpoint: Breakpoint
): string {
	const open = openAt(state, breakpoint);
	const { zone } = workflow.document;
	return open ? formatInstant(new Date(open.dueAt), language, zone, 'date-and-time') : '';
}

/**
 * What the customer reads while a person has the case: the workflow's sentence with the time that
 * the open exception's timer promises.
 */
export function personMessage(
	{ workflow, language }: { workflow: PublishedWorkflow; language: string },
	state: CaseState,
	breakpoint: Breakpoint
): string {
	const { document } = workflow;
	const type = openAt(state, breakpoint)?.type ?? document.breakpoints[breakpoint].exception;
	const until = personUntil({ workflow, language }, state, breakpoint);
	return fillTemplate(textIn(document.exceptions[type]?.message ?? {}, language), { until });
}
