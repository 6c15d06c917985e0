import { setTimeout as pause } from 'node:timers/promises';
import { readHandset } from '../../src/lib/server/flows/read-handset.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';
import type { Vault } from '../../src/lib/server/crypto/vault.ts';

/** Asks again and again until something is there; the test's own timeout is the end. */
export async function eventually<Value>(
	ask: () => Promise<Value | null | undefined | false>
): Promise<Value> {
	for (;;) {
		const value = await ask();
		if (value) return value;
		await pause(40);
	}
}

export interface Answer {
	status: number;
	/** Path of the redirect, if it is one. */
	location: string | null;
	headers: Headers;
	body: string;
}

/** What a customer's browser does, without a browser: keeps cookies, names its origin, follows nothing. */
export class Customer {
	readonly cookies = new Map<string, string>();
	base: string;
	origin: string;

	constructor(base: string, origin: string) {
		this.base = base;
		this.origin = origin;
	}

	get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
		return this.send('GET', path, undefined, headers);
	}

	post(
		path: string,
		form: Record<string, string> = {},
		headers: Record<string, string> = {}
	): Promise<Answer> {
		return this.send('POST', path, new URLSearchParams(form), {
			origin: this.origin,
			'sec-fetch-site': 'same-origin',
			...headers
		});
	}

	async send(
		method: string,
		path: string,
		body: URLSearchParams | string | undefined,
		headers: Record<string, string>
	): Promise<Answer> {
		const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
		const response = await fetch(new URL(path, this.base), {
			method,
			body,
			redirect: 'manual',
			headers: { accept: 'text/html', ...(cookie && { cookie }), ...headers }
		});
		for (const line of response.headers.getSetCookie()) this.#keep(line);
		const location = response.headers.get('location');
		return {
			status: response.status,
			location:
				location && new URL(location, this.base).pathname + new URL(location, this.base).search,
			headers: response.headers,
			body: await response.text()
		};
	}

	#keep(line: string): void {
		const [pair = ''] = line.split(';');
		const [name = '', value = ''] = pair.split('=');
		if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name);
		else this.cookies.set(name, value);
	}
}

/** The path of the newest link on a customer's simulated phone. */
export const newestLink = (read: { db: Db; vault: Vault }, customer: string): Promise<string> =>
	eventually(async () => {
		const handset = await readHandset(read, read.vault.hash('customer', customer));
		const link = handset?.messages.findLast(({ body }) => /\/l\/\S+/.test(body));
		return link && /\/l\/[\w.-]+/.exec(link.body)?.[0];
	});

/** The codes on a customer's simulated phone, the oldest first. */
export async function codesOf(read: { db: Db; vault: Vault }, customer: string): Promise<string[]> {
	const handset = await readHandset(read, read.vault.hash('customer', customer));
	const messages = handset?.messages ?? [];
	return messages.flatMap(({ body }) => /(?<!\d)\d{6}(?!\d)/.exec(body)?.[0] ?? []);
}
