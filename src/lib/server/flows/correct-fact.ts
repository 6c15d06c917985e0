import { exceptionType, outcomeOf } from '../../domain/exceptions/outcomes.ts';
import type { InputFault } from '../../domain/policy/inputs.ts';
import { readTyped } from '../../domain/policy/typed.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { FieldValue } from '../../domain/workflow/document.ts';
import type { CaseContent } from '../db/cases.ts';
import { type CloseRefusal, closeException, type Closing, mayClose } from './close-exception.ts';
import { startOutreach } from './take-step.ts';
import { planCorrection, storeCorrection } from './write-correction.ts';
import { keepNote, readNote } from './keep-note.ts';
import { missingOf } from './refresh-facts.ts';
import {
	type ActDetail,
	type ActRefusal,
	type Held,
	type Working,
	workException
} from './work-exception.ts';

export interface CorrectionOrder {
	fact: string;
	/** As it was typed, in English: 1,234.56 or 2027-01-31. */
	value: string;
	why: string;
	/** Close the exception with it, where its type allows that. */
	closes: boolean;
}

/**
 * - `bad-value`: what was typed is no value of this fact; `fault` says why.
 * - `outcome-not-allowed`: exceptions of this type are not closed by a correction.
 */
export type CorrectRefusal =
	| ActRefusal
	| CloseRefusal
	| WriteRefusal
	| 'unknown-fact'
	| 'bad-value'
	| 'outcome-not-allowed'
	| 'bad-text';

/**
 * - `correction-under-way`: the same fact is being corrected in the record; that comes to its end first.
 * - `rule-error`: what is to be sent there cannot be worked out.
 */
type WriteRefusal = 'correction-under-way' | 'rule-error';

export type CorrectDetail = ActDetail & { fault?: InputFault };

/**
 * Puts a fact right that the system of record has wrong: what, who and why are kept. The value is
 * written there, where the document says how, and counts for this case meanwhile, until the record
 * says something else than it said then.
 */
export async function correctFact(
	parts: Working & Closing,
	principal: Pick<Principal, 'id'>,
	id: string,
	{ fact, value: typed, why, closes }: CorrectionOrder
): Promise<Result<{ caseId: string }, CorrectRefusal, CorrectDetail | undefined>> {
	const reason = readNote(why);
	if (!reason.ok) return fail('bad-text');
	return workException<{ caseId: string }, CorrectRefusal, CorrectDetail | undefined>(
		parts,
		principal,
		id,
		async (held) => {
			const { document } = held.workflow;
			if (!Object.hasOwn(document.facts, fact)) return fail('unknown-fact');
			const value = readTyped(document, fact, typed, 'en');
			if (!value.ok) return fail('bad-value', { ...(value.detail && { fault: value.detail }) });
			return correctHeld(parts, held, { fact, value: value.value, why: reason.value, closes });
		}
	);
}

/**
 * The same with an exception that is held, and a value of that fact. Refuses before it decides anything.
 * @param question that the customer answered with it, where they did
 */
export async function correctHeld(
	parts: Closing,
	held: Held,
	order: { fact: string; value: FieldValue; why: string; closes: boolean; question?: string }
): Promise<
	Result<{ caseId: string }, CloseRefusal | WriteRefusal | 'outcome-not-allowed', undefined>
> {
	const { fact, value, why, closes, question } = order;
	const { workflow, exception, content, now, principal } = held;
	const outcome = outcomeOf(exceptionType(workflow.document, exception.type), 'correct');
	if (closes && !outcome) return fail('outcome-not-allowed');
	const may = closes && outcome ? mayClose(held, outcome) : ok(null);
	if (!may.ok) return fail(may.reason);
	if (held.state.ended) return fail('already-finished');
	if (held.state.corrections.some((one) => one.fact === fact)) return fail('correction-under-way');
	const planned = planCorrection(held, fact, value);
	if (!planned.ok) return fail('rule-error');
	const written = planned.value;
	// What is about corrections ends when none of them is in doubt, and this one has just begun.
	const about = held.state.exceptions.find(({ id }) => id === exception.id);
	if (closes && written && about?.correction) return fail('correction-under-way');
	const note = await keepNote(parts, held, 'correct-fact', why);
	held.must({
		do: 'correct',
		exception: exception.id,
		fact,
		note,
		...(question && { question }),
		...(written && { correction: written.id, reference: written.reference })
	});
	if (written) await storeCorrection(parts, held, fact, written);
	const corrected: CaseContent = {
		...content,
		facts: { ...content.facts, [fact]: value },
		corrections: {
			...content.corrections,
			[fact]: {
				value,
				was: heldByRecord(content, fact),
				at: now.toISOString(),
				by: principal.id,
				...(written && { id: written.id }),
				...(question && { question })
			}
		}
	};
	held.reseal(corrected);
	const owed = held.state.missing.length > 0;
	const missing = missingOf(workflow, corrected.facts);
	held.must({ do: 'refresh-facts', changed: [fact], missing });
	const open = held.state.exceptions.some((one) => one.id === exception.id);
	if (closes && outcome && open) await closeException(parts, held, outcome);
	else if (owed && missing.length === 0) await startOutreach(parts, workflow, held);
	return ok({ caseId: held.row.id });
}

/** What the record said of the fact when it was read last; a correction before this one knows better. */
function heldByRecord({ facts, record, corrections }: CaseContent, fact: string) {
	const before = corrections?.[fact];
	if (before) return before.was;
	return record?.facts?.includes(fact) ? (facts[fact] ?? null) : null;
}
