import type { Customer } from '../../src/demo/core/record.ts';
import { dateIn } from './tapper.ts';

/** One starter workflow, and what it takes to see every page of it. */
export interface Starter {
	workflow: string;
	/** The seeded customer that each scene's own one is a copy of. */
	like: string;
	/** Chosen and booked; the others' forms are looked at on the way. */
	action: string;
	/** What is typed for it, and for any other action that has such a field. */
	input?: Record<string, string>;
	/** Two actions that the system of record refuses, one after the other. */
	refused: [string, string];
	/** Changes a record so that as little as possible is offered. */
	least: { account: Partial<Customer['account']> };
}

export const STARTERS: Starter[] = [
	{
		workflow: 'failed-payment',
		like: 'C-1001',
		action: 'pay-now',
		refused: ['pay-now', 'pay-later'],
		least: { account: { balance: 0 } }
	},
	{
		workflow: 'collections-plan',
		like: 'C-1025',
		action: 'plan',
		input: { instalments: '6' },
		refused: ['pay-all', 'pay-later'],
		least: { account: { vulnerable: true, planAllowed: false, brokenPromises: 2 } }
	},
	{
		workflow: 'address-update',
		like: 'C-1047',
		action: 'change-address',
		input: {
			new_street: 'Hafenstraße 7',
			new_postcode: '20457',
			new_city: 'Hamburg',
			leaving: dateIn(30)
		},
		refused: ['confirm-address', 'move-out'],
		least: { account: { overdueDays: 120 } }
	}
];

/** What every starter speaks. */
export const LANGUAGES = ['en', 'de', 'ar'];
