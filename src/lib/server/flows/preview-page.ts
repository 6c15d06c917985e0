import type { ChooseView, FillView, Frame, ReviewView } from '../../contracts/pages.ts';
import type { Preview } from '../../contracts/workflow-changes.ts';
import { offerInputs } from '../../domain/policy/inputs.ts';
import type { Moment } from '../../domain/policy/moment.ts';
import { shownValues } from '../../domain/policy/shown.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { direction, textIn } from '../../domain/workflow/format.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { formOf } from './action-form.ts';
import type { Calling } from './call-records.ts';
import { propose, shownLines } from './drafts.ts';
import { judgeActions, momentOf } from './judge-actions.ts';
import { lookUpCustomer } from './look-up-customer.ts';
import { maskFacts } from './mask-facts.ts';
import { offersOf } from './offers-of.ts';
import { versionToLookAt } from './version-to-look-at.ts';
import type { LookRefusal } from './who-gets-what.ts';

export type PreviewView = { frame: Frame; languages: string[] } & (
	| { page: 'choose'; view: ChooseView }
	| { page: 'fill'; view: FillView }
	| { page: 'review'; view: ReviewView; editable: boolean }
);

/** What stands in a text field of an example: nobody has typed anything. */
const UNTYPED = '…';

/**
 * A customer's page as they would see it by a version or a draft. What is decided is decided on the
 * true facts; what is shown has personal texts masked unless the viewer may see them.
 *
 * - `not-eligible`: this customer would not get that page.
 * - `rule-error`: a limit or a computed value of it cannot be evaluated on what may be shown.
 */
export async function previewPage(
	parts: Calling & Pick<Parts, 'vault'>,
	principal: Pick<Principal, 'id'>,
	input: Preview
): Promise<Result<PreviewView, LookRefusal | 'not-eligible' | 'rule-error'>> {
	const at = await versionToLookAt(parts, input.key, input.side);
	if (!at.ok) return at;
	const looked = await lookUpCustomer(parts, principal, input);
	if (!looked.ok) return fail(looked.reason);
	const { workflow } = at.value;
	const { document } = workflow;
	const { facts, standing, clear } = looked.value;
	const wanted = [input.language, looked.value.language];
	const language = document.languages.find((one) => wanted.includes(one)) ?? document.languages[0]!;
	const frame = { language, direction: direction(language), brand: document.brand };
	const around = { frame, languages: document.languages };
	const verdicts = judgeActions(workflow, standing);
	const shown = clear ? facts : maskFacts(document, facts);
	if (input.page === 'choose')
		return ok({ ...around, page: 'choose', view: offersOf(workflow, shown, language, verdicts) });
	const { action, page } = input;
	if (!verdicts.some((one) => one.action === action && one.eligible)) return fail('not-eligible');
	const moment = { ...momentOf(workflow, standing), facts: shown };
	if (page === 'fill') {
		const form = formOf(workflow, action, moment, language);
		return form.ok ? ok({ ...around, page, view: form.value }) : form;
	}
	const review = reviewOf(workflow, action, moment, language);
	const editable = (document.actions[action]?.inputs.length ?? 0) > 0;
	return review.ok ? ok({ ...around, page, view: review.value, editable }) : review;
}

/** The review of what stands in the form at first. */
function reviewOf(
	workflow: Workflow,
	action: string,
	moment: Moment,
	language: string
): Result<ReviewView, 'rule-error'> {
	const { compiled, document } = workflow;
	const declared = document.actions[action]!;
	const offered = offerInputs(compiled, action, moment);
	if (!offered.ok) return fail('rule-error');
	const input: FieldValues = Object.fromEntries(
		offered.value.map(({ input: { name }, value, min, options }) => [
			name,
			value ?? min ?? options?.[0]?.value ?? UNTYPED
		])
	);
	const proposed = propose(workflow, action, moment, input, language);
	if (!proposed.ok) return fail('rule-error');
	const { values, lines, shown } = proposed.value;
	const known = { facts: moment.facts, action, input, values };
	const write = (texts: Record<string, string>) =>
		fillTemplate(textIn(texts, language), shownValues(compiled, known, language));
	return ok({
		action,
		label: write(declared.label),
		draft: '',
		lines: shownLines(lines),
		consequence: write(declared.review.consequence),
		button: write(declared.review.button),
		shown
	});
}
