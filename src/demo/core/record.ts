import { z } from 'zod';

/** Minor units of the account's currency. */
const minor = z.int().min(-1_000_000_000_000).max(1_000_000_000_000);
const short = z.string().min(1).max(120);

export const planSchema = z.strictObject({
	instalments: z.int().min(2).max(60),
	first: z.iso.date(),
	rate: minor.positive(),
	last: minor.positive(),
	total: minor.positive()
});

const addressSchema = z.strictObject({
	street: short,
	postcode: z.string().min(1).max(16),
	city: short
});

/** A customer as this core keeps it. Made up; nobody is meant. */
export const customerSchema = z.strictObject({
	id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
	name: short,
	email: z.string().max(254).nullable(),
	phone: z.string().max(32).nullable(),
	whatsapp: z.string().max(32).nullable(),
	language: z.string().min(2).max(35),
	birthDate: z.iso.date(),
	address: addressSchema,
	/** Where they live from a later day on. */
	nextAddress: addressSchema.extend({ from: z.iso.date() }).nullable().default(null),
	account: z.strictObject({
		balance: minor,
		currency: z.string().regex(/^[A-Z]{3}$/),
		dueDate: z.iso.date().nullable(),
		overdueDays: z.int().min(0),
		failedPayment: z.boolean(),
		plan: planSchema.extend({ reference: z.string() }).nullable(),
		planAllowed: z.boolean(),
		partAllowed: z.boolean(),
		brokenPromises: z.int().min(0),
		vulnerable: z.boolean()
	})
});

export type Customer = z.output<typeof customerSchema>;

/** The record as it is on a day: an address whose day has come is the address. */
export function asOf(record: Customer, today: string): Customer {
	const { nextAddress: next } = record;
	if (!next || next.from > today) return record;
	const { street, postcode, city } = next;
	return { ...record, address: { street, postcode, city }, nextAddress: null };
}
