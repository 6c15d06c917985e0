import type { Clause, FieldValue } from '../workflow/document.ts';
import type { CompiledAction, CompiledWorkflow } from './compiled.ts';
import type { Where } from './compute.ts';
import { lifts } from './grants.ts';
import { offerAll } from './inputs.ts';
import { grantOf, type Moment, momentContext } from './moment.ts';
import type { CelContext, Program } from './program.ts';

/** How one clause came out, for whoever asks why. */
export interface ClauseVerdict {
	id: string;
	label: string;
	holds: boolean | 'error';
	/** It does not hold, and a grant lifts it for this case. */
	lifted?: boolean;
	/** The values it read, by path: `facts.balance`, `today`. A missing fact is left out. */
	read: Record<string, FieldValue>;
	/** Why it could not be evaluated; holds no value of the case. */
	error?: string;
}

/** May the customer do this, and why or why not. */
export interface Verdict {
	action: string;
	eligible: boolean;
	clauses: ClauseVerdict[];
	/** A clause or a limit of its form cannot be evaluated: an exception for operations is due. */
	ruleError: boolean;
	/** The limit that cannot be evaluated, if it is not a clause. */
	limit?: Where;
}

/**
 * Evaluates every clause of one action, also after the first that fails: the explanation is whole.
 * A clause that cannot be evaluated makes the action not eligible and sets `ruleError`; so does a
 * limit of its form when the clauses hold: a choice that leads to no form is no choice. An action
 * that does not exist is not eligible, without clauses and without an error.
 */
export function evaluateAction(
	compiled: CompiledWorkflow,
	actionKey: string,
	moment: Moment
): Verdict {
	const action = Object.hasOwn(compiled.actions, actionKey)
		? compiled.actions[actionKey]
		: undefined;
	if (!action) return { action: actionKey, eligible: false, clauses: [], ruleError: false };
	return judge(action, moment, momentContext(moment));
}

/** All actions in the order of the document. */
export function evaluateActions(compiled: CompiledWorkflow, moment: Moment): Verdict[] {
	const context = momentContext(moment);
	return Object.values(compiled.actions).map((action) => judge(action, moment, context));
}

/** Is nothing left to do, on these facts? Not where that cannot be evaluated, or nobody said when. */
export function isSettled({ settled }: CompiledWorkflow, moment: Moment): boolean {
	const result = settled?.run(momentContext(moment));
	return result?.ok === true && result.value === true;
}

/**
 * The first clause that did not hold, in the order of the document: its reason and cure are shown.
 * None if every clause that could be evaluated holds: what a broken clause would say may be untrue.
 */
export function refusedBy(compiled: CompiledWorkflow, verdict: Verdict): Clause | undefined {
	const failed = verdict.clauses.find((clause) => clause.holds === false && !clause.lifted);
	return compiled.document.actions[verdict.action]?.clauses.find(({ id }) => id === failed?.id);
}

function judge(action: CompiledAction, moment: Moment, context: CelContext): Verdict {
	const grant = grantOf(moment, action.key);
	const clauses = action.clauses.map(({ clause, program }): ClauseVerdict => {
		const told = { id: clause.id, label: clause.label, read: valuesRead(program, moment) };
		const result = program.run(context);
		return result.ok
			? {
					...told,
					holds: result.value === true,
					...(result.value !== true && lifts(grant, clause) && { lifted: true })
				}
			: { ...told, holds: 'error', error: result.detail ?? 'failed' };
	});
	const holds = clauses.every((clause) => clause.holds === true || clause.lifted);
	const offered = holds ? offerAll(action, context, grant) : null;
	const limit = offered?.ok === false ? offered.detail : undefined;
	return {
		action: action.key,
		eligible: holds && !limit,
		clauses,
		ruleError: Boolean(limit) || clauses.some((clause) => clause.holds === 'error'),
		...(limit && { limit })
	};
}

function valuesRead(program: Program, moment: Moment): Record<string, FieldValue> {
	const read: Record<string, FieldValue> = {};
	for (const path of program.reads) {
		if (path === 'today' || path === 'now') read[path] = moment[path];
		const name = path.startsWith('facts.') ? path.slice('facts.'.length) : undefined;
		if (name !== undefined && Object.hasOwn(moment.facts, name)) read[path] = moment.facts[name]!;
	}
	return read;
}
