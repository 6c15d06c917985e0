import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Channel, WorkflowDocument } from '../../domain/workflow/document.ts';
import { recordAct } from '../db/audit.ts';
import { type LoadedCase, loadCase } from '../db/cases.ts';
import { scopeOf } from '../db/desk.ts';
import { permits } from '../db/permits.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { factText } from './desk-facts.ts';
import { openAnswer } from './desk-history.ts';
import { seesCase } from './show-desk-case.ts';
import type { SubmissionContent } from './submit-action.ts';

/**
 * One personal value in the clear, for who may see the case and reveal; the look is on record before
 * the value leaves (case S9).
 * @param field `customer`, `fact:name`, `contact:record:sms`, `line:0` or `answer:id`
 */
export async function revealField(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	principal: Principal,
	caseId: string,
	field: string
): Promise<Result<{ text: string }, 'not-found' | 'forbidden'>> {
	const revealed = await parts.db.transaction().execute(async (trx) => {
		if (!(await permits(trx, principal, 'personal.reveal'))) return fail('forbidden');
		const scope = await scopeOf(trx, principal);
		if (!scope || !(await seesCase(trx, scope, caseId))) return fail('not-found');
		const loaded = await loadCase({ db: trx, vault: parts.vault }, caseId);
		if (!loaded) return fail('not-found');
		const { document } = await loadWorkflow(trx, loaded.row.workflow, loaded.row.version);
		const text = await valueOf({ db: trx, vault: parts.vault }, loaded, document, field);
		if (text === undefined) return fail('not-found');
		await recordAct(trx, {
			actor: `staff:${principal.id}`,
			act: 'reveal-field',
			object: `case:${caseId}`,
			result: 'done',
			data: { field }
		});
		parts.crash('reveal-field:before-commit');
		return ok({ text });
	});
	parts.crash('reveal-field:after-commit');
	return revealed;
}

async function valueOf(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	{ row, content, key, state }: LoadedCase,
	document: WorkflowDocument,
	field: string
): Promise<string | undefined> {
	const [kind = '', name = '', channel = ''] = field.split(':');
	switch (kind) {
		case 'customer':
			return content.customer;
		case 'fact': {
			const value = Object.hasOwn(content.facts, name) ? content.facts[name] : undefined;
			return value === undefined ? undefined : factText(document, name, value);
		}
		case 'contact': {
			const contacts = (name === 'record' ? content.record?.contacts : content.contacts) ?? {};
			return Object.hasOwn(contacts, channel) ? contacts[channel as Channel] : undefined;
		}
		case 'line': {
			const submission = await db
				.selectFrom('submissions')
				.select('sealed')
				.where('case_id', '=', row.id)
				.where('id', '=', state.submission?.id ?? row.id)
				.executeTakeFirst();
			if (!submission) return undefined;
			const { lines } = await vault.open<SubmissionContent>(
				key,
				submission.sealed,
				'submissions.sealed'
			);
			return lines[Number(name)]?.text;
		}
		case 'answer': {
			const found = (await answersOf(db, row.id)).find(({ id }) => id === name);
			if (!found?.answer) return undefined;
			return factText(document, found.fact, await openAnswer(vault, key, found.answer));
		}
		default:
			return undefined;
	}
}

const answersOf = (db: Parts['db'], caseId: string) =>
	db
		.selectFrom('questions')
		.select(['id', 'fact', 'answer'])
		.where('case_id', '=', caseId)
		.execute();
