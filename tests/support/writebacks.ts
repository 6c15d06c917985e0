import type { FaultInput } from '../../src/demo/core/faults.ts';
import { applyWriteback } from '../../src/lib/server/flows/apply-writeback.ts';
import { showReceipt } from '../../src/lib/server/flows/show-receipt.ts';
import { submitted } from './journey.ts';
import { passTime } from './time.ts';
import type { World } from './world.ts';

export type Sent = Awaited<ReturnType<typeof submitted>> & { customer: string };

/** A confirmed payment (native key) or promise (asked about by lookup) of a customer. */
export async function confirmed(
	world: World,
	customer: string,
	action: 'pay-now' | 'pay-later' = 'pay-now'
): Promise<Sent> {
	const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
	const form: Record<string, string> = action === 'pay-later' ? { day } : {};
	return {
		...(await submitted(world, { workflow: 'failed-payment', customer, action, form })),
		customer
	};
}

/** Looks at the writeback once, as a job would. */
export const apply = ({ parts }: Pick<World, 'parts'>, { writeback }: Pick<Sent, 'writeback'>) =>
	applyWriteback(parts, writeback);

export const rowOf = ({ parts }: Pick<World, 'parts'>, { writeback }: Pick<Sent, 'writeback'>) =>
	parts.db
		.selectFrom('writebacks')
		.selectAll()
		.where('id', '=', writeback)
		.executeTakeFirstOrThrow();

/** Lets the waiting time of the writeback pass, and looks again. */
export async function applyLater(world: World, sent: Sent): Promise<void> {
	const { next_at, lease_until } = await rowOf(world, sent);
	const due = lease_until ?? next_at;
	if (due) await passTime(world, Math.max(1, Math.ceil((due.getTime() - Date.now()) / 1000) + 1));
	await apply(world, sent);
}

export async function receiptOf({ parts }: World, { visit }: Sent) {
	const receipt = await showReceipt(parts, visit);
	if (!receipt) throw new Error('There is no receipt.');
	return receipt;
}

/** What the core does wrong for one customer's writes. */
export const onWrite = (
	{ customer }: { customer: string },
	fault: Omit<FaultInput, 'match'>,
	times?: number
): FaultInput => ({
	match: { customer, path: `/customers/${customer}/p`, ...(times && { times }) },
	...fault
});

export const openExceptions = ({ parts }: Pick<World, 'parts'>, { caseId }: { caseId: string }) =>
	parts.db
		.selectFrom('exceptions')
		.select(['type', 'class', 'breakpoint', 'reason'])
		.where('case_id', '=', caseId)
		.where('state', '=', 'open')
		.execute();
