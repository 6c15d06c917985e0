import { setTimeout as sleep } from 'node:timers/promises';
import { readHandset } from '../../src/lib/server/flows/read-handset.ts';
import { type Answer, Customer } from '../support/customer.ts';
import type { Lane } from './crash-lane.ts';

/** Presses, waits and looks again; a process that dies under it is a page that did not load. */
export interface Traveller {
	id: string;
	/** Makes this one's choices. */
	number: number;
	lane: Lane;
	/** Where the browser stands. */
	at: string;
	browser: Customer;
	get(path: string): Promise<Answer>;
	/** Presses; presses again when no answer came. Follows a redirect by standing there. */
	press(path: string, form?: Record<string, string>): Promise<Answer>;
	/** A call of the API by its key, sent again until it is answered. */
	call(path: string, body: object, idempotencyKey: string): Promise<Record<string, unknown>>;
	/** What stands on the phone, the oldest first. */
	inbox(): Promise<string[]>;
	/** Asks until there is something, while processes come and go; time passes after `patience` asks. */
	until<Value>(
		ask: () => Promise<Value | null | undefined | false>,
		patience?: number
	): Promise<Value>;
}

/** Asks after which time is helped along: a retry may be minutes away. */
const PATIENCE = 60;
const POLL_MS = 50;
const MOST_POLLS = 1_200;

export function newTraveller(lane: Lane, id: string, number: number): Traveller {
	const { fleet } = lane;
	const browser = new Customer(lane.url(), fleet.origin);
	const address = { 'x-forwarded-for': `10.0.${number >> 8}.${number & 255}` };

	async function answered<Value>(ask: () => Promise<Value>): Promise<Value> {
		for (;;) {
			await lane.alive();
			browser.base = lane.url();
			try {
				return await ask();
			} catch (error) {
				// What Node's fetch says when a connection is refused or breaks.
				const message = error instanceof TypeError ? error.message : '';
				if (!['fetch failed', 'terminated'].includes(message)) throw error;
				await lane.lost();
			}
		}
	}

	const traveller: Traveller = {
		id,
		number,
		lane,
		at: '',
		browser,
		get: (path) => answered(() => browser.get(path, address)),
		async press(path, form = {}) {
			const answer = await answered(() => browser.post(path, form, address));
			if (answer.location) traveller.at = answer.location;
			return answer;
		},
		async call(path, body, idempotencyKey) {
			for (;;) {
				const response = await answered(async () => {
					const got = await fetch(new URL(path, lane.url()), {
						method: 'POST',
						body: JSON.stringify(body),
						headers: {
							authorization: lane.authorization,
							'content-type': 'application/json',
							'idempotency-key': idempotencyKey
						}
					});
					return { status: got.status, body: (await got.json()) as Record<string, unknown> };
				});
				if (response.status < 300) return response.body;
				// The dead process still holds the key: its lease runs out.
				if (response.status !== 409)
					throw new Error(`${path}: ${response.status} ${JSON.stringify(response.body)}`);
				await lane.passTime(130);
			}
		},
		async inbox() {
			const handset = await readHandset(fleet, fleet.vault.hash('customer', id));
			return handset?.messages.map(({ body }) => body) ?? [];
		},
		async until(ask, patience = PATIENCE) {
			for (let polled = 1; polled <= MOST_POLLS; polled += 1) {
				const value = await answered(ask);
				if (value) return value;
				await sleep(POLL_MS);
				if (polled % patience === 0) await lane.passTime(130);
			}
			throw new Error(`${id} waited in vain at ${traveller.at}.`);
		}
	};
	return traveller;
}
