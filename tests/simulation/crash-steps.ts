import type { Customer } from '../../src/demo/core/record.ts';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import type { Answer } from '../support/customer.ts';
import { DAYTIME } from '../support/zones.ts';
import type { Traveller } from './crash-customer.ts';

export const TRIGGER = { balance: 3363, due_date: '2026-11-16' };

/** Opens a case as an integrator does, with one key however often it is tried; gives its id. */
export async function open(
	traveller: Traveller,
	facts: Record<string, unknown> = TRIGGER,
	workflow = 'failed-payment',
	again = ''
): Promise<string> {
	const { id: customer, lane } = traveller;
	const { phone } = await lane.fleet.core.customer(customer);
	const body = { workflow, customer, facts, contacts: { sms: phone }, zone: DAYTIME };
	const opened = await traveller.call('/api/v1/cases', body, `open-${customer}${again}`);
	return String(opened.id);
}

/** A button of the help page. */
export const help = (
	traveller: Traveller,
	visit: string,
	what: string,
	form: Record<string, string>
): Promise<Answer> => traveller.press(`/a/${visit}/help?/${what}`, form);

/** The customer as the system of record has them. */
export const record = ({ id, lane }: Traveller): Promise<Customer> => lane.fleet.core.customer(id);

/**
 * The facts are minutes old and cannot be read for the confirmation, so that the writeback has to
 * read them before it sends anything.
 */
export async function outdate({ id: customer, lane }: Traveller, id: string): Promise<void> {
	const { core, parts } = lane.fleet;
	const by = { actor: 'system', flow: 'test' } as const;
	await changeCase(parts, id, by, async (change) => {
		const { content } = change;
		const at = new Date(Date.now() - 600_000).toISOString();
		if (content.record) change.reseal({ ...content, record: { ...content.record, at } });
	});
	const match = { method: 'GET', customer, times: 1 };
	await core.faults([{ match, fault: 'status', status: 503 }]);
}
