import type { MemoryRecord } from '../support/memory-faults.ts';
import type { Random } from '../support/random.ts';
import { DAYTIME, NIGHT } from '../support/zones.ts';

/** Every personal value of the simulation begins like this; with a space, no ciphertext does. */
export const PERSONAL =
	'Zeisig [0-9]|zeisig[.][0-9]|Kanariweg [0-9]|QX [0-9]|491709[0-9]{6}|1971-[0-9]{2}-';

export interface Person {
	record: MemoryRecord;
	workflow: string;
	random: Random;
}

const pad = (value: number, length: number) => String(value).padStart(length, '0');

/** A made-up customer: what the system of record knows, and the workflow that calls on them. */
export function makePerson(number: number, random: Random): Person {
	const workflow = random.weighted({
		'failed-payment': 45,
		'collections-plan': 30,
		'address-update': 25
	});
	const phone = `+491709${pad(number, 6)}`;
	const balance = random.chance(0.05) ? 0 : random.between(2_500, 90_000);
	const record: MemoryRecord = {
		id: `S-${pad(number, 6)}`,
		name: `Zeisig ${number}`,
		phone,
		whatsapp: random.chance(0.6) ? phone : null,
		email: random.chance(0.7) ? `zeisig.${number}@example.org` : null,
		birthDate: `1971-${pad(random.between(1, 12), 2)}-${pad(random.between(1, 28), 2)}`,
		address: {
			street: `Kanariweg ${number}`,
			postcode: `QX ${pad(number % 1000, 3)}`,
			city: 'Leer'
		},
		account: {
			balance,
			currency: 'EUR',
			dueDate: '2026-11-01',
			overdueDays: random.between(1, 150),
			failedPayment: workflow === 'failed-payment',
			plan: null,
			planAllowed: random.chance(0.9),
			partAllowed: random.chance(0.9),
			brokenPromises: random.chance(0.1) ? 2 : 0,
			vulnerable: random.chance(0.05)
		}
	};
	return { record, workflow, random };
}

/** The line of the trigger: now and then without a fact that is needed, or without a contact. */
export function triggerLine({ record, workflow, random }: Person): Record<string, unknown> {
	const facts: Record<string, unknown> = {};
	if (workflow !== 'address-update' && !random.chance(0.05)) facts.balance = record.account.balance;
	if (workflow === 'failed-payment') facts.due_date = '2026-11-01';
	const contacts: Record<string, string> = {};
	if (!random.chance(0.05)) contacts.sms = record.phone;
	if (record.email && random.chance(0.5)) contacts.email = record.email;
	// Where it is night nothing may come for as long as the run takes.
	const zone = record.id.endsWith('17') ? NIGHT : DAYTIME;
	return { workflow, customer: record.id, facts, contacts, zone };
}

/** Where this person's messages arrive. */
export const contactsOf = ({ record }: Person): string[] =>
	[...new Set([record.phone, record.whatsapp, record.email])].filter((one) => one !== null);
