import type { Action, WorkflowDocument } from '../../workflow/document.ts';
import { oneOf, type Path, type Report } from '../../workflow/problem.ts';

/** DESIGN §6: what needs more than five inputs is not one page, and is refused. */
const MAX_INPUTS = 5;

/** What an action promises fits what it does: its proof, its inputs, its operation. */
export function checkActions(document: WorkflowDocument, report: Report): void {
	for (const [key, action] of Object.entries(document.actions)) {
		const at = (...path: Path): Path => ['actions', key, ...path];
		checkProof(action, at, report);
		if (action.inputs.length > MAX_INPUTS)
			report(
				at('inputs'),
				`Asks for ${action.inputs.length} things`,
				`Ask for at most ${MAX_INPUTS}, or split it into two actions.`
			);
		checkUnique(
			action.clauses?.map((clause) => clause.id),
			(index) => at('clauses', index, 'id'),
			report
		);
		for (const [index, input] of action.inputs.entries()) {
			if (input.type !== 'choice') continue;
			const values = input.options.map((option) => option.value);
			checkUnique(values, (option) => at('inputs', index, 'options', option, 'value'), report);
		}
		checkBinding(document, action, at, report);
	}
}

type At = (...path: Path) => Path;

function checkProof(action: Action, at: At, report: Report): void {
	if (action.effect === 'information') return;
	if (action.assurance === 'link')
		report(
			at('assurance'),
			`A link proves nothing, and this action's effect is "${action.effect}"`,
			'Demand code or code-and-facts.'
		);
	if (action.assurance === 'known-facts' && (action.justification ?? '').trim().length < 20)
		report(
			at('justification'),
			`Known facts alone open an action whose effect is "${action.effect}"`,
			'Write why that is acceptable (20 characters or more), or demand code.'
		);
}

function checkBinding(document: WorkflowDocument, action: Action, at: At, report: Report): void {
	const { operations } = document.records;
	const operation = Object.hasOwn(operations, action.operation)
		? operations[action.operation]
		: undefined;
	if (!operation)
		report(
			at('operation'),
			`There is no operation "${action.operation}"`,
			`Write it under records.operations, or use ${oneOf(Object.keys(operations))}.`
		);
	else if (operation.repeat === 'none' && action.effect === 'regulated-record')
		report(
			at('operation'),
			`"${action.operation}" cannot be repeated safely, and this action changes a regulated record`,
			'Give the operation a native key or a lookup, or let the action only gather information.'
		);
}

/** Ids that must differ within one list. */
export function checkUnique(
	names: string[] | undefined,
	at: (index: number) => Path,
	report: Report
): void {
	for (const [index, name] of (names ?? []).entries())
		if (names!.indexOf(name) !== index)
			report(at(index), `"${name}" stands twice`, 'Give each its own.');
}
