import type { DeskAction, DeskClause } from '../../contracts/desk-case.ts';
import {
	type ClauseVerdict,
	evaluateAction,
	type Verdict
} from '../../domain/policy/eligibility.ts';
import { grantFor, isGrantable } from '../../domain/policy/grants.ts';
import type { Moment } from '../../domain/policy/moment.ts';
import { formatInstant } from '../../domain/workflow/instant.ts';
import { actionLabel, factLabel } from '../../domain/workflow/names.ts';
import type { Clause, Input, WorkflowDocument } from '../../domain/workflow/document.ts';
import type { Workflow } from '../db/workflows.ts';
import { DESK_LANGUAGE, maskedText } from './desk-facts.ts';
import { isOff, isWithheld, momentOf, type Standing } from './judge-actions.ts';

/** Every action, clause by clause with the values that were read, and what a grant could do. */
export function deskActions(workflow: Workflow, standing: Standing): DeskAction[] {
	const { document, compiled } = workflow;
	const moment = momentOf(workflow, standing);
	const plain: Moment = { ...moment, grants: [] };
	return Object.entries(document.actions).map(([key, action]) => {
		const verdict = evaluateAction(compiled, key, moment);
		const withheld = isWithheld(standing, moment, key);
		const off = isOff(standing, key);
		return {
			action: key,
			label: actionLabel(document, key),
			eligible: verdict.eligible && !withheld && !off,
			ruleError: verdict.ruleError,
			withheld,
			off,
			assurance: action.assurance,
			clauses: verdict.clauses.flatMap((one) => {
				const clause = action.clauses.find(({ id }) => id === one.id);
				return clause ? deskClause(document, clause, one) : [];
			}),
			grant: grantable(document, evaluateAction(compiled, key, plain), standing),
			bounds: action.inputs.flatMap(bound)
		};
	});
}

function deskClause(
	document: WorkflowDocument,
	clause: Clause,
	{ id, label, holds, lifted, read, error }: ClauseVerdict
): DeskClause {
	return {
		id,
		label,
		holds,
		lifted: lifted === true,
		grantable: isGrantable(clause),
		read: Object.entries(read).map(([path, value]) => {
			const fact = path.startsWith('facts.') ? path.slice('facts.'.length) : null;
			if (fact !== null)
				return { name: factLabel(document, fact), text: maskedText(document, fact, value) };
			const instant = path === 'now' ? new Date(Number(value)) : null;
			const text = instant
				? formatInstant(instant, DESK_LANGUAGE, document.zone, 'date-and-time')
				: String(value);
			return { name: path, text };
		}),
		...(error !== undefined && { error })
	};
}

function grantable(
	document: WorkflowDocument,
	plain: Verdict,
	{ state, off }: Standing
): DeskAction['grant'] {
	// What nobody may do at present is granted to nobody: the customer would be told what is not so.
	if (isOff({ off }, plain.action)) return { possible: false, why: 'switched-off' };
	const withheld = state.withheld.includes(plain.action);
	const found = grantFor(document, { ...plain, eligible: plain.eligible && !withheld }, {});
	return found.ok
		? { possible: true, lifts: found.value.clauses }
		: { possible: false, why: found.reason };
}

const bound = ({ name, label, type }: Input): DeskAction['bounds'] =>
	type === 'text' || type === 'choice'
		? []
		: [{ name, label: label[DESK_LANGUAGE] ?? Object.values(label)[0] ?? name, kind: type }];
