import { v7 as uuid } from 'uuid';
import type { CaseChange } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';

/** What is to be written to the system of record, once. */
type Order = ({ submission: string } | { correction: string }) & {
	/** Ours: the same for every repeat. */
	reference: string;
	operation: string;
};

/** The row of a writeback and its job, in the transaction of what it applies. */
export async function queueWriteback(
	{ jobs }: Pick<Parts, 'jobs'>,
	{ key, document }: Workflow,
	{ trx, row }: Pick<CaseChange, 'trx' | 'row'>,
	order: Order
): Promise<void> {
	const { reference, operation } = order;
	const writeback = uuid();
	await trx
		.insertInto('writebacks')
		.values({
			id: writeback,
			submission_id: 'submission' in order ? order.submission : null,
			correction_id: 'correction' in order ? order.correction : null,
			case_id: row.id,
			workflow: key,
			connection: document.records.connection,
			operation,
			repeat: document.records.operations[operation]?.repeat ?? 'none',
			reference,
			state: 'pending'
		})
		.execute();
	await jobs.send(trx, 'apply-writeback', { v: 1, writeback });
}
