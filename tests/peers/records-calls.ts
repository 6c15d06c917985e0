import type { RecordCall } from '../../src/lib/server/records/port.ts';

const text = (at: string) => ({ type: 'text', maxLength: 64, at }) as const;
const money = (at: string) => ({ type: 'money', at }) as const;

/** A payment through the core's native key. */
export const paymentCall = (reference: string, amount = 5, customer = 'C-1001'): RecordCall => ({
	connection: 'core',
	operation: 'payment',
	reference,
	customer,
	fields: { amount, kind: 'part' },
	answer: {
		reference: text('id'),
		customer: text('customer'),
		amount: money('amount'),
		ours: text('reference')
	},
	mapping: {
		http: {
			method: 'POST',
			path: '/customers/{customer}/payments',
			body: { amount: 'amount', kind: 'kind', reference: 'reference' },
			keyHeader: 'Idempotency-Key',
			lookup: { method: 'GET', path: '/payments/{reference}' }
		}
	}
});

/** A promise: the core does not notice a repeat, so a lookup must come first. */
export const promiseCall = (reference: string, customer = 'C-1002'): RecordCall => ({
	connection: 'core',
	operation: 'promise',
	reference,
	customer,
	fields: { amount: 700, date: '2026-12-01' },
	answer: { reference: text('id'), amount: money('amount'), date: { type: 'date', at: 'date' } },
	mapping: {
		http: {
			method: 'POST',
			path: '/customers/{customer}/promises',
			body: { amount: 'amount', date: 'date', reference: 'reference' },
			lookup: { method: 'GET', path: '/promises/{reference}' }
		}
	}
});

export const readMapping = { http: { method: 'GET', path: '/customers/{customer}' } } as const;
