import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Page {
	status: number;
	/** Where it leads, if it is a redirect: path and query. */
	location: string;
	body: Buffer;
}

/**
 * A customer's browser at the least cost, because it runs on the cores that are measured: kept
 * connections, one cookie jar each, nothing followed by itself.
 */
export class Browser {
	readonly #cookies = new Map<string, string>();
	readonly #server: { agent: Agent; port: string; origin: string; language?: string };
	/** The address that a proxy in front would name: limits count by it. */
	readonly source: string;

	/** @param server where it goes; `language` is what it asks for before a page knows a better one */
	constructor(
		server: { agent: Agent; url: string; origin: string; language?: string },
		source: string
	) {
		this.#server = { ...server, port: new URL(server.url).port };
		this.source = source;
	}

	get cookie(): string {
		return [...this.#cookies].map((pair) => pair.join('=')).join('; ');
	}

	/** Has this cookie from now on, as if it had been set on an earlier day. */
	keep(name: string, value: string): void {
		this.#cookies.set(name, value);
	}

	get(path: string): Promise<Page> {
		return this.#send('GET', path, '');
	}

	post(path: string, form: Record<string, string> = {}): Promise<Page> {
		return this.#send('POST', path, new URLSearchParams(form).toString());
	}

	/** Presses a button; gives where the answer leads. Anything but a redirect is an error. */
	async press(path: string, form: Record<string, string> = {}): Promise<string> {
		const { status, location, body } = await this.post(path, form);
		if (status !== 303) throw new Error(`POST ${path} answered ${status}: ${body.toString()}`);
		return location;
	}

	/** A page that must be there. */
	async see(path: string): Promise<string> {
		const { status, location, body } = await this.get(path);
		if (status !== 200) throw new Error(`GET ${path} answered ${status} ${location}`);
		return body.toString();
	}

	#send(method: string, path: string, form: string): Promise<Page> {
		const { agent, port, origin, language } = this.#server;
		const posted = {
			origin,
			'sec-fetch-site': 'same-origin',
			'content-type': 'application/x-www-form-urlencoded',
			'content-length': Buffer.byteLength(form)
		};
		const headers = {
			accept: 'text/html',
			'x-forwarded-for': this.source,
			...(language && { 'accept-language': language }),
			...(this.#cookies.size > 0 && { cookie: this.cookie }),
			...(method === 'POST' && posted)
		};
		return new Promise((resolve, reject) => {
			const asked = request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
				const chunks: Buffer[] = [];
				answer.on('data', (chunk: Buffer) => chunks.push(chunk));
				answer.once('error', reject);
				answer.once('end', () => {
					this.#take(answer.headers);
					const { location = '' } = answer.headers;
					resolve({ status: answer.statusCode ?? 0, location, body: Buffer.concat(chunks) });
				});
			});
			asked.once('error', reject);
			asked.end(form);
		});
	}

	#take(headers: IncomingHttpHeaders): void {
		for (const line of headers['set-cookie'] ?? []) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			if (/max-age=0/i.test(line)) this.#cookies.delete(name);
			else this.#cookies.set(name, value);
		}
	}
}

/** Connections that journeys share. */
export const newAgent = (most: number): Agent => new Agent({ keepAlive: true, maxSockets: most });
