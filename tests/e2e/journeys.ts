import { expect } from 'vitest';
import type { Customer } from '../../src/demo/core/record.ts';
import { dateIn } from '../support/tapper.ts';

type Account = Partial<Customer['account']>;

/** One action of a starter workflow, and what is true once it is booked. */
export interface Journey {
	workflow: string;
	action: string;
	/** The seeded customer that this one is a copy of. */
	like: string;
	input?: Record<string, string>;
	/** The action asks for known facts besides the code. */
	stepUp?: boolean;
	/** What takes effect at the system of record: its kind, part of its answer, the record's change. */
	kind: string;
	answer?: (before: Customer) => Record<string, unknown>;
	account?: (before: Customer) => Account;
	address?: Customer['address'];
}

const SETTLED: Account = { balance: 0, dueDate: null, overdueDays: 0, failedPayment: false };
const NEW = { street: 'Hafenstraße 7', postcode: '20457', city: 'Hamburg' };

function plan(instalments: number, first: string): Pick<Journey, 'answer' | 'account' | 'kind'> {
	const figures = ({ account }: Customer) => {
		const rate = Math.floor(account.balance / instalments);
		const last = account.balance - rate * (instalments - 1);
		return { instalments, first, rate, last, total: account.balance };
	};
	return {
		kind: 'plan',
		answer: (before) => ({ instalments, first, total: before.account.balance }),
		account: (before) => ({ plan: { ...figures(before), reference: expect.any(String) as string } })
	};
}

/** Every action of every starter workflow. */
export const JOURNEYS: Journey[] = [
	{
		workflow: 'failed-payment',
		action: 'pay-now',
		like: 'C-1001',
		kind: 'payment',
		answer: ({ account }) => ({ amount: account.balance, balance: 0 }),
		account: () => SETTLED
	},
	{
		workflow: 'failed-payment',
		action: 'pay-later',
		like: 'C-1002',
		input: { day: dateIn(5) },
		kind: 'promise',
		answer: ({ account }) => ({ amount: account.balance, date: dateIn(5) })
	},
	{
		workflow: 'failed-payment',
		action: 'pay-part',
		like: 'C-1004',
		input: { part: '19.90' },
		kind: 'payment',
		answer: () => ({ amount: 1990 }),
		account: ({ account }) => ({ balance: account.balance - 1990, failedPayment: false })
	},
	{
		workflow: 'collections-plan',
		action: 'pay-all',
		like: 'C-1025',
		kind: 'payment',
		answer: ({ account }) => ({ amount: account.balance, balance: 0 }),
		account: () => SETTLED
	},
	{
		workflow: 'collections-plan',
		action: 'plan',
		like: 'C-1026',
		input: { instalments: '6', first: dateIn(10) },
		...plan(6, dateIn(10))
	},
	{
		workflow: 'collections-plan',
		action: 'plan-long',
		like: 'C-1029',
		stepUp: true,
		input: { first: dateIn(20) },
		...plan(12, dateIn(20))
	},
	{
		workflow: 'collections-plan',
		action: 'pay-later',
		like: 'C-1030',
		input: { day: dateIn(20) },
		kind: 'promise',
		answer: ({ account }) => ({ amount: account.balance, date: dateIn(20) })
	},
	{
		workflow: 'address-update',
		action: 'confirm-address',
		like: 'C-1047',
		kind: 'confirmation',
		answer: () => ({ what: 'address' })
	},
	{
		workflow: 'address-update',
		action: 'change-address',
		like: 'C-1048',
		input: { new_street: NEW.street, new_postcode: NEW.postcode, new_city: NEW.city },
		kind: 'address',
		answer: () => ({ ...NEW, from: dateIn(0) }),
		address: NEW
	},
	{
		workflow: 'address-update',
		action: 'move-out',
		like: 'C-1051',
		input: { leaving: dateIn(30) },
		kind: 'confirmation',
		answer: () => ({ what: `moving out on ${dateIn(30)}` })
	}
];
