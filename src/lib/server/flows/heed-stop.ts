import type { Channel } from '../../domain/workflow/document.ts';
import type { CaseChange } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { leaveUnreachable, openChannel } from './reach-customer.ts';

/**
 * An opt-out in the timeline of its case. Where it has closed the last channel, a person gets the
 * case: nobody could tell the customer anything any more (case O6).
 */
export async function heedStop(
	parts: Pick<Parts, 'vault'>,
	change: CaseChange,
	channel: Channel
): Promise<void> {
	change.must({ do: 'stop-messages', channels: [channel] });
	const { ended, missing, submission } = change.state;
	if (ended || missing.length > 0 || submission?.state === 'received') return;
	const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
	const reached = await openChannel(parts, workflow, change);
	if (!reached.ok) leaveUnreachable(workflow, change);
}
