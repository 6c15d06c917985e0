import type { FaultInput } from '../../src/demo/core/faults.ts';
import type { Customer } from '../../src/demo/core/record.ts';
import { seedCustomers } from '../../src/demo/core/seed.ts';
import { startDemoCore } from '../../src/demo/core/server.ts';
import {
	httpConnectionSchema,
	type HttpConnection,
	type HttpConnectionInput
} from '../../src/lib/server/records/http-config.ts';

export interface ShownEffect {
	number: number;
	id: string;
	kind: 'payment' | 'promise' | 'plan' | 'address' | 'confirmation';
	customer: string;
	reference: string;
	answer: Record<string, unknown>;
}

export interface RecordsPeer {
	url: string;
	token: string;
	/** A connection to it; times are short unless given. */
	connection(change?: Partial<HttpConnectionInput>): HttpConnection;
	/** Calls the core's own API. */
	call(
		method: string,
		path: string,
		body?: unknown,
		headers?: Record<string, string>
	): Promise<Response>;
	faults(plan: FaultInput[], seed?: number): Promise<void>;
	noFaults(): Promise<void>;
	/** Everything that took effect, repeats included. */
	effects(customer?: string): Promise<ShownEffect[]>;
	customer(id: string): Promise<Customer>;
	put: (customer: Customer) => Promise<void>;
	close(): Promise<void>;
}

/** Seeded records stand relative to this day. */
export const PEER_TODAY = new Date(Date.UTC(2026, 10, 20));

/** A demo core in this process on a free port, with the made-up customers. */
export async function startRecordsPeer(options: { file?: string } = {}): Promise<RecordsPeer> {
	const token = 'peer-token';
	const core = await startDemoCore({
		token,
		faultHeader: true,
		seed: seedCustomers(PEER_TODAY),
		...options
	});

	async function call(
		method: string,
		path: string,
		body?: unknown,
		headers: Record<string, string> = {}
	): Promise<Response> {
		return fetch(`${core.url}${path}`, {
			method,
			headers: { authorization: `Bearer ${token}`, ...headers },
			...(body === undefined ? {} : { body: JSON.stringify(body) })
		});
	}
	async function must<Value>(method: string, path: string, body?: unknown): Promise<Value> {
		const response = await call(method, path, body);
		if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
		return (await response.json()) as Value;
	}

	return {
		url: core.url,
		token,
		connection: (change = {}) =>
			httpConnectionSchema.parse({
				baseUrl: core.url,
				token,
				allowHttp: true,
				allowPrivate: true,
				readMs: 400,
				writeMs: 400,
				...change
			}),
		call,
		async faults(plan, seed = 1) {
			await must('PUT', '/faults', { plan, seed });
		},
		async noFaults() {
			await must('DELETE', '/faults');
		},
		async effects(customer) {
			const all: ShownEffect[] = [];
			const of = customer === undefined ? '' : `&customer=${encodeURIComponent(customer)}`;
			let cursor: number | null = 0;
			while (cursor !== null) {
				const page: { effects: ShownEffect[]; next: number | null } = await must(
					'GET',
					`/effects?cursor=${cursor}${of}`
				);
				all.push(...page.effects);
				cursor = page.next;
			}
			return all;
		},
		customer: (id) => must('GET', `/customers/${encodeURIComponent(id)}`),
		async put(customer) {
			await must('PUT', `/customers/${encodeURIComponent(customer.id)}`, customer);
		},
		close: () => core.close()
	};
}
