import { v7 as uuid } from 'uuid';
import { exceptionType, outcomeOf } from '../../domain/exceptions/outcomes.ts';
import { evaluateAction } from '../../domain/policy/eligibility.ts';
import {
	type Grant,
	grantFor,
	type GrantLimit,
	type GrantRefusal
} from '../../domain/policy/grants.ts';
import { readBound } from '../../domain/policy/typed.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { GRANT_DAYS } from '../../domain/staff/leases.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type CloseRefusal, closeException, type Closing, mayClose } from './close-exception.ts';
import { isOff, isWithheld, momentOf } from './judge-actions.ts';
import { keepNote, readNote } from './keep-note.ts';
import {
	type ActDetail,
	type ActRefusal,
	type Held,
	type Working,
	workException
} from './work-exception.ts';

/** A grant as it was filled in: bounds as they were typed, by input. */
export interface GrantOrder {
	action: string;
	/** How long it can be used. */
	days: number;
	bounds?: Record<string, { min?: string; max?: string }>;
	why: string;
}

/**
 * - `outcome-not-allowed`: exceptions of this type are not closed by a grant.
 * - `bad-days`: a grant lives for a day at least and a month at most.
 */
export type GrantActRefusal =
	ActRefusal | CloseRefusal | GrantRefusal | 'outcome-not-allowed' | 'bad-days' | 'bad-text';

export type GrantDetail = ActDetail & { clause?: string; input?: string };

/**
 * Makes one action possible for one case, although the clauses that fail now would refuse it: for
 * some days, within bounds, used once by the customer on the same link. Assurance stays as it is.
 */
export async function grantAction(
	parts: Working & Closing,
	principal: Principal,
	id: string,
	order: GrantOrder
): Promise<Result<{ caseId: string }, GrantActRefusal, GrantDetail | undefined>> {
	const why = readNote(order.why);
	if (!why.ok) return fail('bad-text');
	const { days } = order;
	if (!Number.isInteger(days) || days < GRANT_DAYS.least || days > GRANT_DAYS.most)
		return fail('bad-days');
	return workException<{ caseId: string }, GrantActRefusal, GrantDetail | undefined>(
		parts,
		principal,
		id,
		async (held) => {
			const { workflow, exception, content, state, now } = held;
			const outcome = outcomeOf(exceptionType(workflow.document, exception.type), 'grant');
			if (!outcome) return fail('outcome-not-allowed');
			const may = mayClose(held, outcome);
			if (!may.ok) return fail(may.reason);
			const found = findGrant(held, order);
			if (!found.ok) return found;
			// Nothing can be chosen there any more, whatever is granted.
			if (state.ended) return fail('already-finished');
			if (state.submission?.state === 'received') return fail('submission-under-way');
			const { id: grant, action, clauses, limits } = found.value;
			const expiresAt = new Date(now.getTime() + days * 86_400_000);
			const note = await keepNote(parts, held, 'grant-action', why.value);
			held.reseal({ ...content, grantLimits: { ...content.grantLimits, [grant]: limits } });
			held.must({
				do: 'grant',
				exception: id,
				grant,
				action,
				clauses,
				limited: Object.keys(limits),
				expiresAt: expiresAt.toISOString(),
				note
			});
			await closeException(parts, held, outcome, expiresAt);
			return ok({ caseId: held.row.id });
		}
	);
}

/** The grant that was ordered, if the workflow lets anybody give it and it makes a difference. */
export function findGrant(
	held: Pick<Held, 'workflow' | 'state' | 'content' | 'now' | 'off'>,
	{ action, bounds = {} }: Pick<GrantOrder, 'action' | 'bounds'>
): Result<Grant, GrantRefusal, { clause?: string; input?: string }> {
	const { compiled, document } = held.workflow;
	if (isOff(held, action)) return fail('switched-off');
	// Judged as if nothing had been granted yet: a new grant takes the place of the one before.
	const plain = { ...momentOf(held.workflow, held), grants: [] };
	const verdict = evaluateAction(compiled, action, plain);
	const withheld = isWithheld(held, plain, action);
	const limits = readBounds(held.workflow.document, action, bounds);
	if (!limits.ok) return limits;
	const found = grantFor(
		document,
		{ ...verdict, eligible: verdict.eligible && !withheld },
		limits.value
	);
	if (!found.ok) return found;
	const grant = { id: uuid(), ...found.value };
	// With it the form must have limits that can be worked out, and room between them.
	const granted = evaluateAction(compiled, action, { ...plain, grants: [grant] });
	return granted.eligible ? ok(grant) : fail('rule-error');
}

function readBounds(
	document: Held['workflow']['document'],
	action: string,
	bounds: NonNullable<GrantOrder['bounds']>
): Result<Record<string, GrantLimit>, 'bad-limit', { input: string }> {
	const limits: Record<string, GrantLimit> = {};
	const inputs = Object.hasOwn(document.actions, action) ? document.actions[action]!.inputs : [];
	for (const [name, typed] of Object.entries(bounds)) {
		const input = inputs.find((one) => one.name === name);
		const limit: GrantLimit = {};
		for (const side of ['min', 'max'] as const) {
			const text = typed[side]?.trim();
			if (!text) continue;
			const read = input && readBound(document, input, text, 'en');
			if (!read?.ok || typeof read.value === 'boolean') return fail('bad-limit', { input: name });
			limit[side] = read.value;
		}
		if (Object.keys(limit).length > 0) limits[name] = limit;
	}
	return ok(limits);
}
