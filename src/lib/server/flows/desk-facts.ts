import type { DeskCase, DeskFact } from '../../contracts/desk-case.ts';
import { maskContact } from '../../domain/identity/masks.ts';
import { formatValue } from '../../domain/workflow/format.ts';
import { factLabel } from '../../domain/workflow/names.ts';
import { isPersonal, MASKED } from '../../domain/workflow/personal.ts';
import type {
	Channel,
	FieldValue,
	FieldValues,
	WorkflowDocument
} from '../../domain/workflow/document.ts';
import type { LoadedCase } from '../db/cases.ts';

/** The staff's own language: in it figures and dates are written at the desk. */
export const DESK_LANGUAGE = 'en';

/** A fact's value as staff read it in the clear. */
export function factText(document: WorkflowDocument, name: string, value: FieldValue): string {
	const type = document.facts[name]?.type ?? 'text';
	if (type === 'boolean') return value === true ? 'yes' : 'no';
	return formatValue(value, type, { language: DESK_LANGUAGE, currency: document.currency });
}

/** The same where everybody of the team looks. */
export const maskedText = (document: WorkflowDocument, name: string, value: FieldValue): string =>
	isPersonal(document, name) ? MASKED : factText(document, name, value);

/** The facts for a text that staff see: what is personal stands there masked. */
export const maskedFacts = (document: WorkflowDocument, facts: FieldValues): FieldValues =>
	Object.fromEntries(
		Object.entries(facts).map(([name, value]) => [
			name,
			isPersonal(document, name) ? MASKED : value
		])
	);

/** What is known of the case, where each fact comes from and how old it is. */
export function deskFacts(
	document: WorkflowDocument,
	{ content, row }: Pick<LoadedCase, 'content' | 'row'>
): DeskFact[] {
	const { facts, record, corrections = {} } = content;
	return Object.entries(document.facts).flatMap(([name, { type }]) => {
		const value = facts[name];
		if (value === undefined) return [];
		const correction = corrections[name];
		const fromRecord = record?.facts?.includes(name);
		return {
			name,
			label: factLabel(document, name),
			kind: type,
			text: maskedText(document, name, value),
			masked: isPersonal(document, name),
			source: correction
				? correction.question
					? 'told'
					: 'correction'
				: fromRecord
					? 'record'
					: 'trigger',
			at: correction?.at ?? (fromRecord ? record?.at : undefined) ?? row.opened_at.toISOString()
		};
	});
}

/** Where messages and codes can go, masked as in the customer's own pages. */
export const deskContacts = ({ content }: Pick<LoadedCase, 'content'>): DeskCase['contacts'] =>
	(
		[
			['record', content.record?.contacts],
			['trigger', content.contacts]
		] as const
	).flatMap(([source, contacts]) =>
		(Object.entries(contacts ?? {}) as [Channel, string][]).map(([channel, to]) => ({
			channel,
			source,
			mask: maskContact(channel, to)
		}))
	);
