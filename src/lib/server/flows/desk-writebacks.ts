import type { DeskCase, DeskMessage, DeskWriteback } from '../../contracts/desk-case.ts';
import type { LoadedCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import type { Workflow } from '../db/workflows.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import { factLabel } from '../../domain/workflow/names.ts';
import { isPersonalFormat, MASKED } from '../../domain/workflow/personal.ts';
import type { Parts } from '../parts.ts';
import type { SubmissionContent } from './submit-action.ts';

const MOST_SHOWN = 100;

/** Messages of the case, the newest first: whither and what became of them, not what they say. */
export async function deskMessages(db: Db, caseId: string): Promise<DeskMessage[]> {
	const rows = await db
		.selectFrom('messages')
		.select([
			'id',
			'class',
			'channel',
			'template',
			'mask',
			'state',
			'delivery',
			'reason',
			'created_at'
		])
		.where('case_id', '=', caseId)
		.orderBy('created_at', 'desc')
		.limit(MOST_SHOWN)
		.execute();
	// What the provider told afterwards says more than that it took the message.
	return rows.map(({ created_at, delivery, state, ...row }) => ({
		...row,
		state: delivery ?? state,
		at: created_at.toISOString()
	}));
}

/** Writebacks with every attempt, and what somebody proposed that became of them. */
export async function deskWritebacks(
	db: Db,
	caseId: string,
	reader: string,
	document: WorkflowDocument
): Promise<DeskWriteback[]> {
	const rows = await db
		.selectFrom('writebacks')
		.selectAll()
		.where('case_id', '=', caseId)
		.orderBy('created_at', 'desc')
		.limit(MOST_SHOWN)
		.execute();
	if (rows.length === 0) return [];
	const corrected = await db
		.selectFrom('corrections')
		.select(['id', 'fact'])
		.where('case_id', '=', caseId)
		.orderBy('created_at', 'desc')
		.limit(MOST_SHOWN)
		.execute();
	const correctedIn = ({ correction_id }: { correction_id: string | null }) => {
		const fact = corrected.find(({ id }) => id === correction_id)?.fact;
		return fact === undefined ? null : factLabel(document, fact);
	};
	const ids = rows.map(({ id }) => id);
	const attempts = await db
		.selectFrom('writeback_attempts')
		.selectAll()
		.where('writeback_id', 'in', ids)
		.orderBy('number', 'desc')
		.limit(MOST_SHOWN)
		.execute();
	const proposals = await db
		.selectFrom('settlements')
		.innerJoin('staff', 'staff.id', 'settlements.proposed_by')
		.select(['settlements.id', 'writeback_id', 'settles', 'record_reference', 'staff.name'])
		.select(['settlements.proposed_by', 'settlements.proposed_at'])
		.where('writeback_id', 'in', ids)
		.where('decided_at', 'is', null)
		.execute();
	return rows.map((row) => {
		const proposal = proposals.find(({ writeback_id }) => writeback_id === row.id);
		return {
			id: row.id,
			operation: row.operation,
			corrects: correctedIn(row),
			state: row.state,
			reason: row.reason,
			reference: row.reference,
			recordReference: row.record_reference,
			attempts: attempts
				.filter(({ writeback_id }) => writeback_id === row.id)
				.map(({ number, kind, started_at, outcome, reason }) => ({
					number,
					kind,
					at: started_at.toISOString(),
					outcome,
					reason
				})),
			standing: (row.state === 'unknown' || row.state === 'dead') && row.next_at === null,
			proposal: proposal
				? {
						id: proposal.id,
						settles: proposal.settles,
						reference: proposal.record_reference,
						by: proposal.name,
						own: proposal.proposed_by === reader,
						at: proposal.proposed_at.toISOString()
					}
				: null
		};
	});
}

/** What the customer confirmed last; lines that may hold what they typed are masked. */
export async function deskSubmission(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	{ document }: Workflow,
	{ row, key, state }: LoadedCase
): Promise<DeskCase['submission']> {
	if (!state.submission) return null;
	const { sealed } = await db
		.selectFrom('submissions')
		.select('sealed')
		.where('id', '=', state.submission.id)
		.where('case_id', '=', row.id)
		.executeTakeFirstOrThrow();
	const content = await vault.open<SubmissionContent>(key, sealed, 'submissions.sealed');
	const { action, reference, state: at } = state.submission;
	const formats = document.actions[action]?.review.lines.map(({ format }) => format) ?? [];
	return {
		label: content.label,
		state: at,
		reference,
		lines: content.lines.map(({ label, text }, index) => {
			const masked = isPersonalFormat(formats[index] ?? 'text');
			return { label, text: masked ? MASKED : text, masked };
		})
	};
}
