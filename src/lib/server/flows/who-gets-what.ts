import type { ActionAnswer, ClauseAnswer, WhoGetsWhat } from '../../contracts/console.ts';
import type { LookUp } from '../../contracts/workflow-changes.ts';
import type { ShownLine } from '../../contracts/pages.ts';
import type { ClauseVerdict, Verdict } from '../../domain/policy/eligibility.ts';
import { offerInputs, type OfferedInput } from '../../domain/policy/inputs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { FieldValue, FieldValues } from '../../domain/workflow/document.ts';
import { formatValue, textIn } from '../../domain/workflow/format.ts';
import { isPersonal, MASKED } from '../../domain/workflow/personal.ts';
import { visibleText } from '../../contracts/visible.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import type { Calling } from './call-records.ts';
import { judgeActions, momentOf } from './judge-actions.ts';
import { lookUpCustomer, type LookedUp } from './look-up-customer.ts';
import { versionToLookAt } from './version-to-look-at.ts';

export type LookRefusal =
	'forbidden' | 'not-found' | 'not-published' | 'bad-workflow' | 'unknown-customer' | 'unavailable';

/**
 * What one customer would get by a version or a draft, clause by clause with the values each read, and
 * what the published version offers them. Words are in the workflow's first language, for staff.
 */
export async function whoGetsWhat(
	parts: Calling & Pick<Parts, 'vault'>,
	principal: Pick<Principal, 'id'>,
	input: LookUp
): Promise<Result<WhoGetsWhat, LookRefusal>> {
	const at = await versionToLookAt(parts, input.key, input.side);
	if (!at.ok) return at;
	const looked = await lookUpCustomer(parts, principal, input);
	if (!looked.ok) return fail(looked.reason);
	const { workflow, published } = at.value;
	const { facts, standing, clear, source } = looked.value;
	const before = judgeActions(published, standing);
	return ok({
		key: input.key,
		looked: input.side,
		published: published.version,
		source,
		masked: !clear,
		facts: shownFacts(workflow, facts, clear),
		actions: judgeActions(workflow, standing).map((verdict) =>
			answerOf(workflow, verdict, looked.value, before)
		)
	});
}

const tagOf = ({ document }: Workflow): string => document.languages[0] ?? 'en';

const shownFacts = (workflow: Workflow, facts: FieldValues, clear: boolean): ShownLine[] =>
	Object.keys(workflow.document.facts).map((name) => factLine(workflow, name, facts[name], clear));

/** A fact by its label; a stranger's text shows what would hide in it (case H11). */
function factLine(
	workflow: Workflow,
	name: string,
	value: FieldValue | undefined,
	clear: boolean
): ShownLine {
	const { document } = workflow;
	const fact = document.facts[name]!;
	const label = textIn(fact.label, tagOf(workflow));
	if (value === undefined) return { label, text: '–' };
	if (!clear && isPersonal(document, name)) return { label, text: MASKED };
	return { label, text: visibleText(valueText(workflow, fact.type, value)) };
}

function answerOf(
	workflow: Workflow,
	verdict: Verdict,
	{ standing, clear }: LookedUp,
	before: Verdict[]
): ActionAnswer {
	const { document, compiled } = workflow;
	const was = before.find(({ action }) => action === verdict.action);
	const offered = verdict.eligible
		? offerInputs(compiled, verdict.action, momentOf(workflow, standing))
		: null;
	return {
		key: verdict.action,
		label: textIn(document.actions[verdict.action]?.label ?? {}, tagOf(workflow)),
		eligible: verdict.eligible,
		before: was ? was.eligible : null,
		clauses: verdict.clauses.map((clause) => clauseAnswer(workflow, clause, clear)),
		limits: offered?.ok
			? offered.value.map((one) => ({
					label: textIn(one.input.label, tagOf(workflow)),
					text: limitText(workflow, one, clear)
				}))
			: [],
		...(verdict.limit && { broken: `${verdict.limit.where}: ${verdict.limit.error}` })
	};
}

function clauseAnswer(
	workflow: Workflow,
	{ id, label, holds, read, error }: ClauseVerdict,
	clear: boolean
): ClauseAnswer {
	const said = Object.entries(read).map(([path, value]) => {
		const name = path.replace(/^facts\./, '');
		return Object.hasOwn(workflow.document.facts, name)
			? factLine(workflow, name, value, clear)
			: { label: path, text: String(value) };
	});
	const answer = holds === 'error' ? holds : holds ? 'yes' : 'no';
	return { id, label, holds: answer, read: said, ...(error !== undefined && { error }) };
}

const valueText = (
	workflow: Workflow,
	type: Parameters<typeof formatValue>[1] | 'boolean',
	value: FieldValue
): string => {
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	const { currency } = workflow.document;
	const format = type === 'boolean' ? 'text' : type;
	return formatValue(value, format, { language: tagOf(workflow), currency });
};

/** From where to where, or what there is to choose; what stands there first may be personal. */
function limitText(
	workflow: Workflow,
	{ input, min, max, value, options }: OfferedInput,
	clear: boolean
): string {
	const write = (words: string, limit: FieldValue | undefined) =>
		limit === undefined ? [] : [`${words} ${visibleText(valueText(workflow, input.type, limit))}`];
	const choice = options?.map(({ label }) => textIn(label, tagOf(workflow))) ?? [];
	const first = clear ? value : undefined;
	const limits = [...choice, ...write('from', min), ...write('to', max), ...write('first', first)];
	return limits.join(', ') || 'any';
}
