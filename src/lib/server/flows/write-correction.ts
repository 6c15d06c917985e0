import { v7 as uuid } from 'uuid';
import { correctionFields } from '../../domain/policy/compute.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { FieldValue, FieldValues } from '../../domain/workflow/document.ts';
import { newReference } from '../crypto/references.ts';
import type { Parts } from '../parts.ts';
import { queueWriteback } from './queue-writeback.ts';
import type { Held } from './work-exception.ts';

/** What is sealed of a correction that is written to the system of record. */
export interface CorrectionContent {
	customer: string;
	/** What is sent; frozen when it was made. */
	fields: FieldValues;
	value: FieldValue;
}

/** How a correction is written, worked out before anything is decided. */
export interface PlannedCorrection {
	id: string;
	reference: string;
	operation: string;
	content: CorrectionContent;
}

/**
 * What is to be sent so that the record holds this value, too; `null` where the document names no way.
 * - `rule-error`: its fields cannot be worked out.
 */
export function planCorrection(
	{ workflow, content: { customer, facts } }: Pick<Held, 'workflow' | 'content'>,
	fact: string,
	value: FieldValue
): Result<PlannedCorrection | null, 'rule-error', undefined> {
	const { document, compiled } = workflow;
	const operation = document.records.corrections?.facts[fact];
	if (operation === undefined) return ok(null);
	const reference = newReference();
	const sending = { facts: { ...facts, [fact]: value }, customer, reference };
	const fields = correctionFields(compiled, fact, sending);
	if (!fields.ok) return fail('rule-error');
	return ok({
		id: uuid(),
		reference,
		operation,
		content: { customer, fields: fields.value, value }
	});
}

/** Keeps it with its writeback and the job, in the transaction that corrects the fact. */
export async function storeCorrection(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	held: Held,
	fact: string,
	{ id, reference, operation, content }: PlannedCorrection
): Promise<void> {
	const { trx, row, key, exception, principal, workflow } = held;
	await trx
		.insertInto('corrections')
		.values({
			id,
			case_id: row.id,
			exception_id: exception.id,
			fact,
			sealed: await parts.vault.seal(key, content, 'corrections.sealed'),
			made_by: principal.id,
			state: 'received'
		})
		.execute();
	await queueWriteback(parts, workflow, held, { correction: id, reference, operation });
}
