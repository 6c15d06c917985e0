import { z } from 'zod';
import { asOf, planSchema, type Customer } from './record.ts';

const reference = z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/);
const amount = z.int().min(1).max(1_000_000_000_000);
const line = z.string().min(1).max(120);

/** What an operation does: the changed record and the answer without `id` and `customer`, or a no. */
type Effect =
	{ record: Customer; answer: Record<string, unknown> } | { code: string; title: string };

export interface CoreOperation<Input extends { reference: string } = { reference: string }> {
	method: 'POST' | 'PUT' | 'PATCH';
	/** Last segment of `/customers/{id}/…`. */
	path: string;
	/** First segment of the lookup, `/…/{reference}`. */
	lookup: string;
	prefix: string;
	status: 200 | 201;
	schema: z.ZodType<Input>;
	/** Honours `Idempotency-Key`. The others do not notice a repeat, as many real cores do not. */
	nativeKey: boolean;
	/** `today` is the core's own date. */
	apply(record: Customer, input: Input, today: string): Effect;
}

/** Keeps the schema and the function of one operation in step. */
const operation = <Input extends { reference: string }>(of: CoreOperation<Input>): CoreOperation =>
	of;

const withAccount = (record: Customer, change: Partial<Customer['account']>): Customer => ({
	...record,
	account: { ...record.account, ...change }
});

const payment = operation({
	method: 'POST',
	path: 'payments',
	lookup: 'payments',
	prefix: 'PAY',
	status: 201,
	nativeKey: true,
	schema: z.strictObject({ amount, reference, kind: z.enum(['full', 'part']) }),
	apply(record, input) {
		const balance = record.account.balance - input.amount;
		if (balance < 0) return { code: 'amount-above-balance', title: 'More than is owed' };
		if (input.kind === 'full' && balance !== 0)
			return { code: 'amount-not-full', title: 'Not the full balance' };
		const settled = balance === 0 ? { overdueDays: 0, dueDate: null } : {};
		return {
			record: withAccount(record, { balance, failedPayment: false, ...settled }),
			answer: { amount: input.amount, balance, reference: input.reference }
		};
	}
});

const promise = operation({
	method: 'POST',
	path: 'promises',
	lookup: 'promises',
	prefix: 'PRM',
	status: 201,
	nativeKey: false,
	schema: z.strictObject({ amount, date: z.iso.date(), reference }),
	apply: (record, input) => ({ record, answer: { ...input } })
});

const plan = operation({
	method: 'POST',
	path: 'plans',
	lookup: 'plans',
	prefix: 'PLN',
	status: 201,
	nativeKey: false,
	schema: planSchema.extend({ reference }),
	apply(record, input) {
		const { instalments, first, rate, last, total } = input;
		if (record.account.plan) return { code: 'plan-exists', title: 'There is a plan already' };
		if (!record.account.planAllowed) return { code: 'plan-not-allowed', title: 'No plan allowed' };
		if (rate * (instalments - 1) + last !== total)
			return { code: 'plan-does-not-add-up', title: 'The instalments are not the total' };
		return {
			record: withAccount(record, { plan: { ...input } }),
			answer: { instalments, first, total, reference: input.reference }
		};
	}
});

const address = operation({
	method: 'PUT',
	path: 'address',
	lookup: 'address-changes',
	prefix: 'ADR',
	status: 200,
	nativeKey: false,
	schema: z.strictObject({
		street: line,
		postcode: z.string().min(1).max(16),
		city: line,
		from: z.iso.date(),
		reference
	}),
	apply(record, input, today) {
		const { street, postcode, city, from } = input;
		const nextAddress = { street, postcode, city, from };
		return { record: asOf({ ...record, nextAddress }, today), answer: { ...input } };
	}
});

const confirmation = operation({
	method: 'POST',
	path: 'confirmations',
	lookup: 'confirmations',
	prefix: 'CNF',
	status: 201,
	nativeKey: false,
	schema: z.strictObject({ what: z.string().min(1).max(200), reference }),
	apply: (record, input) => ({ record, answer: { ...input } })
});

/** Puts right what this core has wrong, one field at a time; takes effect at once. */
const details = operation({
	method: 'PATCH',
	path: 'details',
	lookup: 'details-changes',
	prefix: 'COR',
	status: 200,
	nativeKey: true,
	schema: z
		.strictObject({
			street: line.optional(),
			postcode: z.string().min(1).max(16).optional(),
			city: line.optional(),
			reference
		})
		.refine(({ reference: _, ...fields }) => Object.keys(fields).length === 1, 'must be one field'),
	apply(record, input) {
		const { reference: ours, ...fields } = input;
		return {
			record: { ...record, address: { ...record.address, ...fields } },
			answer: { ...fields, reference: ours }
		};
	}
});

export const OPERATIONS = { payment, promise, plan, address, confirmation, details };
export type OperationName = keyof typeof OPERATIONS;
export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];
