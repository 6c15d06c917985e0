import { CannotGoOn } from './processes.ts';

/** What a page answered to a form. */
export interface Posted {
	body: string;
	/** Path that it leads to; empty if it leads nowhere. */
	to: string;
}

/** One person's browser without a screen: it keeps cookies, names its origin, and follows nothing. */
export class Browser {
	readonly #cookies = new Map<string, string>();
	readonly #here: string;
	readonly #origin: string;
	constructor(port: number) {
		this.#here = `http://127.0.0.1:${port}`;
		this.#origin = `http://localhost:${port}`;
	}

	async get(path: string): Promise<string> {
		return (await this.#send(path, {})).text();
	}

	async post(path: string, fields: Record<string, string> = {}): Promise<Posted> {
		const answer = await this.#send(path, { method: 'POST', body: new URLSearchParams(fields) });
		const location = new URL(answer.headers.get('location') ?? '', `${this.#here}/`);
		const to = answer.headers.has('location') ? location.pathname + location.search : '';
		return { body: await answer.text(), to };
	}

	async #send(path: string, init: RequestInit): Promise<Response> {
		const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
		const answer = await fetch(this.#here + path, {
			...init,
			redirect: 'manual',
			headers: { origin: this.#origin, accept: 'text/html', cookie }
		});
		if (answer.status >= 400)
			throw new CannotGoOn(`The demo cannot be filled: ${path} says ${answer.status}.`);
		for (const line of answer.headers.getSetCookie()) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			this.#cookies.set(name, value);
		}
		return answer;
	}
}
