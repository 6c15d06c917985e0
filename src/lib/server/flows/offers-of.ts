import type { ChooseView } from '../../contracts/pages.ts';
import { refusedBy } from '../../domain/policy/eligibility.ts';
import { shownValues } from '../../domain/policy/shown.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import type { Verdict } from './judge-actions.ts';
import type { Workflow } from '../db/workflows.ts';

/** What is offered by these verdicts, and for the rest why not, in the customer's words. */
export function offersOf(
	{ compiled, document }: Workflow,
	facts: FieldValues,
	language: string,
	verdicts: readonly Verdict[]
): Pick<ChooseView, 'lines' | 'offered' | 'refused'> {
	const shown = shownValues(compiled, { facts }, language);
	const write = (texts: Record<string, string>) => fillTemplate(textIn(texts, language), shown);
	const view: ReturnType<typeof offersOf> = { lines: [], offered: [], refused: [] };
	for (const fact of document.overview)
		if (facts[fact] !== undefined)
			view.lines.push({
				label: textIn(document.facts[fact]?.label ?? {}, language),
				text: shown[fact] ?? ''
			});
	for (const verdict of verdicts) {
		const action = document.actions[verdict.action];
		if (!action) continue;
		const label = write(action.label);
		if (verdict.eligible) {
			view.offered.push({ action: verdict.action, label, summary: write(action.summary) });
			continue;
		}
		const clause = refusedBy(compiled, verdict);
		const cure = clause?.cure && write(clause.cure);
		view.refused.push({
			action: verdict.action,
			label,
			...(clause ? { reason: write(clause.reason) } : { unsaid: unsaid(verdict) }),
			...(cure && { cure })
		});
	}
	return view;
}

function unsaid({ off, ruleError }: Verdict) {
	if (off) return 'switched-off';
	return ruleError ? 'rule-error' : 'withheld';
}
