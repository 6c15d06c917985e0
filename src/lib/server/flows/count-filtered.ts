import { templatePart } from '../../domain/workflow/switches.ts';
import { raiseAlert } from '../db/alerts.ts';
import type { Trx } from '../db/cases.ts';
import { countAgainst } from '../db/counters.ts';
import { pausesOf, putOff } from '../db/switches.ts';
import type { MessageRow } from './send-message.ts';

/** From so many in an hour on, of one template and channel, it is no chance that they are filtered. */
export const FILTERED = { most: 20, seconds: 3_600 };

/**
 * Counts a message that a network held back as unwanted, by template and sender. A spike pauses what
 * we begin with that template on that channel: each more of them would harm the sender. Operations
 * hear of it once; the steps wait with a time until somebody resumes it, and are counted anew then.
 * Codes and notices are never paused: somebody waits for them.
 */
export async function countFiltered(
	trx: Trx,
	workflow: string,
	{ class: kind, channel, template }: Pick<MessageRow, 'class' | 'channel' | 'template'>
): Promise<void> {
	const subject = `${workflow}:${template}:${channel}`;
	const part = templatePart(channel, template);
	const key = `filtered:${subject}:${await pausesOf(trx, workflow, part)}`;
	if (await countAgainst(trx, { key, ...FILTERED })) return;
	const why = `More than ${FILTERED.most} of its messages in an hour were held back as unwanted`;
	const paused =
		kind !== 'outreach' || (await putOff(trx, { workflow, part, by: 'system', why })) !== null;
	if (paused) await raiseAlert(trx, 'filtered-messages', subject);
}
