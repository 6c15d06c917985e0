import { CHANNELS } from '../../domain/workflow/document.ts';
import type { Db } from '../db/connect.ts';

/** True when nothing that we begin goes to the customer of this case any more, on any channel. */
export async function messagesStopped(
	{ db }: { db: Db },
	{ caseId }: { caseId: string }
): Promise<boolean> {
	const stopped = await db
		.selectFrom('suppressions')
		.innerJoin('cases', 'cases.customer_hash', 'suppressions.destination_hash')
		.select('suppressions.channel')
		.where('cases.id', '=', caseId)
		.execute();
	return CHANNELS.every((one) => stopped.some(({ channel }) => channel === one));
}
