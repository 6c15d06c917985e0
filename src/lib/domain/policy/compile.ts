import type { WorkflowDocument } from '../workflow/document.ts';
import { collectProblems, type Problem, type Report } from '../workflow/problem.ts';
import { checkActions } from './checks/actions.ts';
import { checkBasics } from './checks/basics.ts';
import { checkCalendars } from './checks/calendars.ts';
import { checkExceptions } from './checks/exceptions.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkOperations } from './checks/operations.ts';
import { checkOutreach } from './checks/outreach.ts';
import { checkTemplates } from './checks/templates.ts';
import { checkTexts } from './checks/texts.ts';
import { checkWhatsapp } from './checks/whatsapp.ts';
import { compileAction, compileCorrections, compileSettled } from './compile-action.ts';
import type { CompiledAction, CompiledWorkflow } from './compiled.ts';

export type { CompiledWorkflow } from './compiled.ts';

/** Each looks at one side of the document and reports all it finds. */
const CHECKS: ((document: WorkflowDocument, report: Report) => void)[] = [
	checkBasics,
	checkTexts,
	checkTemplates,
	checkOutreach,
	checkWhatsapp,
	checkIdentity,
	checkActions,
	checkOperations,
	checkExceptions,
	checkCalendars
];

/**
 * Checks and compiles a document of the right shape (see `contracts/workflow.ts`). Fails with every
 * problem of every check, never only the first.
 */
export function compileWorkflow(
	document: WorkflowDocument
): { ok: true; value: CompiledWorkflow } | { ok: false; problems: Problem[] } {
	const { problems, ...compiled } = run(document, (check) => check());
	return problems.length === 0
		? { ok: true, value: { document, ...compiled } }
		: { ok: false, problems };
}

/**
 * The problems of a document whose shape is known to be wrong in places: a check that stumbles over
 * such a place is left out, because the place itself is reported by the schema.
 */
export function checkUnshaped(document: unknown): Problem[] {
	const tolerant = (check: () => void) => {
		try {
			check();
		} catch {
			// The schema names the place that made it stumble.
		}
	};
	if (typeof document !== 'object' || document === null) return [];
	return run(document as WorkflowDocument, tolerant).problems;
}

function run(document: WorkflowDocument, attempt: (check: () => void) => void) {
	const { problems, report } = collectProblems();
	const actions: Record<string, CompiledAction> = {};
	for (const check of CHECKS) attempt(() => check(document, report));
	attempt(() => {
		for (const [key, action] of Object.entries(document.actions))
			attempt(() => {
				const compiled = compileAction(document, key, action, report);
				if (compiled) actions[key] = compiled;
			});
	});
	let corrections: CompiledWorkflow['corrections'] = {};
	attempt(() => (corrections = compileCorrections(document, report)));
	let settled: CompiledWorkflow['settled'];
	attempt(() => (settled = compileSettled(document, report)));
	return { problems, actions, corrections, ...(settled && { settled }) };
}
