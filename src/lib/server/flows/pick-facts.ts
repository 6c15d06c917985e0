import { contactSchema } from '../../contracts/contacts.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type FieldFault, readFacts, readPath } from '../../domain/workflow/field.ts';
import type { Channel, FieldValues, WorkflowDocument } from '../../domain/workflow/document.ts';
import type { Contacts } from '../db/cases.ts';

/** What the system of record said of the customer, typed. */
export interface FreshFacts {
	facts: FieldValues;
	contacts: Contacts;
	/** Fact or channel → fault, where the record holds something else than declared. */
	faults: Record<string, FieldFault>;
}

/**
 * Facts and contact points that a workflow declares, out of a customer's record. What the record
 * leaves out is no fault: whether it is needed, clauses decide.
 * Fails with `contract` where the record is somebody else's (case N6).
 */
export function pickFacts(
	document: Pick<WorkflowDocument, 'facts' | 'records'>,
	record: unknown,
	customer: string
): Result<FreshFacts, 'contract'> {
	const { read, contacts: ways } = document.records;
	if (read.customer && readPath(record, read.customer) !== customer) return fail('contract');
	const { values, faults: all } = readFacts(document, record);
	const faults = Object.fromEntries(Object.entries(all).filter(([, fault]) => fault !== 'missing'));
	const contacts: Contacts = {};
	for (const [channel, path] of Object.entries(ways) as [Channel, string][]) {
		const raw = readPath(record, path);
		if (raw === undefined || raw === null || raw === '') continue;
		const contact = contactSchema(channel).safeParse(raw);
		if (contact.success) contacts[channel] = contact.data;
		else faults[channel] = 'format';
	}
	return ok({ facts: values, contacts, faults });
}
