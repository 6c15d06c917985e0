import type { FieldView, FillView } from '../../contracts/pages.ts';
import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import {
	fieldText,
	type InputFault,
	type OfferedInput,
	offerInputs
} from '../../domain/policy/inputs.ts';
import type { Moment } from '../../domain/policy/moment.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { formatValue, textIn } from '../../domain/workflow/format.ts';
import type { FieldValue, FieldValues, Input } from '../../domain/workflow/document.ts';
import { loadCase } from '../db/cases.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { takeAction } from './take-action.ts';

/** The form's words for a fault; the pages turn them into sentences in the customer's language. */
function wordOf(fault: InputFault, input: Input): string {
	switch (fault.code) {
		case 'format':
		case 'fraction':
			if (input.type === 'money') return 'not-money';
			return input.type === 'date' ? 'not-a-date' : 'not-a-number';
		case 'grouping':
			return 'grouped-money';
		case 'too-low':
			return 'too-small';
		case 'too-high':
			return 'too-large';
		case 'characters':
			return 'bad-characters';
		default:
			return fault.code;
	}
}

/** One field as its page shows it. */
export function fieldView(
	workflow: Workflow,
	offered: OfferedInput,
	language: string,
	typed: FieldValues | Record<string, string> | undefined,
	fault: InputFault | undefined
): FieldView {
	const { currency } = workflow.document;
	const { input, options, min, max } = offered;
	const write = (value: FieldValue | undefined) =>
		value === undefined ? undefined : fieldText(value, input.type, { currency, language });
	const say = (value: FieldValue | undefined) =>
		value === undefined ? undefined : formatValue(value, input.type, { currency, language });
	const raw = typed?.[input.name];
	const first = write(offered.value) ?? '';
	return {
		name: input.name,
		label: textIn(input.label, language),
		kind: input.type,
		value: typeof raw === 'string' ? raw : (write(raw) ?? first),
		...(input.hint && { hint: textIn(input.hint, language) }),
		...(input.autocomplete && { autocomplete: input.autocomplete }),
		...(input.type === 'money' && { unit: currency }),
		...(input.type === 'text' && {
			maxLength: input.maxLength,
			optional: input.optional,
			...(input.patternHint && { patternHint: textIn(input.patternHint, language) })
		}),
		...(options && {
			options: options.map(({ value, label }) => ({ value, label: textIn(label, language) }))
		}),
		min: write(min),
		max: write(max),
		limits: { min: say(min), max: say(max) },
		...(fault && { error: wordOf(fault, input) })
	};
}

/** The form of an action on these facts, with what was typed and what was wrong with it. */
export function formOf(
	workflow: Workflow,
	action: string,
	moment: Moment,
	language: string,
	typed?: FieldValues | Record<string, string>,
	faults: Record<string, InputFault> = {}
): Result<FillView, 'rule-error'> {
	const offered = offerInputs(workflow.compiled, action, moment);
	if (!offered.ok) return fail('rule-error');
	return ok({
		action,
		label: textIn(workflow.document.actions[action]?.label ?? {}, language),
		fields: offered.value.map((one) =>
			fieldView(workflow, one, language, typed, faults[one.input.name])
		)
	});
}

/** Case and workflow of a visit, and whether it may take this action now. */
export async function beginAction(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: VerifiedVisit,
	action: string
) {
	const loaded = await loadCase(parts, visit.caseId);
	if (!loaded) throw new Error(`Visit ${visit.id} belongs to no case.`);
	const workflow = await loadWorkflow(parts.db, visit.workflow.key, visit.workflow.version);
	const taken = takeAction(workflow, visit, loaded, action);
	return { loaded, workflow, taken };
}
