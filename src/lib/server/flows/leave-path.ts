import { v7 as uuid } from 'uuid';
import { climb, type Left, type Possible } from '../../domain/exceptions/ladder.ts';
import type { CaseChange } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';

export interface Departure extends Left {
	/** Literal, for staff and figures; never personal. */
	reason: string;
	action?: string;
	/** The customer asked for a person, also on a case that has ended. */
	asked?: boolean;
	possible?: Possible;
}

/**
 * A case leaves its path: the next rung of the ladder is taken, or, when none is left, the exception
 * gets its row with owner, timer and outcomes, in the same transaction as the event.
 * @returns whether a rung worked, or a person has it now
 */
export function leavePath(
	workflow: Workflow,
	change: CaseChange,
	{ breakpoint, ruleError, reason, action, asked, correction, possible = {} }: Departure
): 'back-on-path' | 'rung-failed' | 'person' {
	const { document } = workflow;
	const step = climb(
		document,
		change.state,
		{ breakpoint, ruleError, correction },
		possible,
		uuid(),
		change.now
	);
	change.must({ do: 'leave-path', breakpoint, reason, action, asked, correction, step });
	if ('rung' in step) return step.worked ? 'back-on-path' : 'rung-failed';
	const { raise } = step;
	const raised = change.state.exceptions.some(({ id }) => id === raise.id);
	const declared = document.exceptions[raise.type];
	if (raised && declared)
		change.file({
			id: raise.id,
			case_id: change.row.id,
			workflow: workflow.key,
			type: raise.type,
			class: raise.class,
			breakpoint,
			reason,
			severity: declared.severity,
			owner: declared.owner,
			backup: declared.backup,
			outcomes: JSON.stringify(declared.outcomes.map((outcome) => outcome.id)),
			state: 'open',
			due_at: new Date(raise.dueAt)
		});
	return 'person';
}
