import type { Channel } from '../../domain/workflow/document.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { countAgainst } from '../db/counters.ts';
import { loadWorkflow } from '../db/workflows.ts';
import { heedStop } from './heed-stop.ts';
import { leavePath } from './leave-path.ts';
import { type MessageContent, queueMessage } from './queue-message.ts';
import { markWorked } from './report-delivery.ts';
import type { Callback, Working } from './work-callback.ts';

const HELP_SECONDS = 3_600;

/**
 * What a message to us means for the case of whoever sent it: its timeline says it, HELP is answered,
 * and what no rule understands goes to a person. Opt-outs took effect when it came.
 */
export async function noteReply(parts: Working, callback: Callback): Promise<true> {
	const { case_id: id, channel, word } = callback;
	if (!id || !channel || !word) {
		// A stranger's: operations have heard of it, and there is no case to say it.
		await parts.db
			.updateTable('provider_events')
			.set({ state: 'worked', lease_until: null, next_at: null })
			.where('id', '=', callback.id)
			.execute();
		return true;
	}
	await changeCase(parts, id, { actor: 'customer', flow: 'note-reply' }, async (change) => {
		if (!(await markWorked(change, callback))) return;
		change.must({ do: 'receive-reply', reply: callback.id, channel, word });
		switch (word) {
			case 'stop':
				return heedStop(parts, change, channel);
			case 'start':
				return change.must({ do: 'resume-messages', channels: [channel] });
			case 'help':
				return answerHelp(parts, change, callback, channel);
			case 'maybe-stop':
				return leaveForPerson(change, 'possible-opt-out');
			case 'text':
				return leaveForPerson(change, 'reply');
		}
	});
	return true;
}

/** Heard after the end of the case, too: whoever writes gets an answer. */
async function leaveForPerson(change: CaseChange, reason: string): Promise<void> {
	const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
	leavePath(workflow, change, { breakpoint: 'reply', reason, asked: true });
}

/** The brand's own words, to where the question came from, once an hour. */
async function answerHelp(
	parts: Working,
	change: CaseChange,
	{ destination_hash: hash, status }: Callback,
	channel: Channel
): Promise<void> {
	const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
	const { help } = workflow.document.brand;
	if (!help || !hash || status === 'answered') return;
	const limit = { key: `help:${hash}:${channel}`, most: 1, seconds: HELP_SECONDS };
	if (!(await countAgainst(change.trx, limit))) return;
	const asked = await change.trx
		.selectFrom('messages')
		.select('sealed')
		.where('case_id', '=', change.row.id)
		.where('destination_hash', '=', hash)
		.orderBy('created_at', 'desc')
		.limit(1)
		.executeTakeFirstOrThrow();
	const { to } = await parts.vault.open<MessageContent>(
		change.key,
		asked.sealed,
		'messages.sealed'
	);
	await queueMessage(parts, workflow, change, {
		class: 'notice',
		template: 'help',
		texts: help,
		channel,
		to,
		language: change.row.language,
		facts: {},
		extra: { brand: workflow.document.brand.name },
		expiresAt: new Date(change.now.getTime() + HELP_SECONDS * 1_000)
	});
}
