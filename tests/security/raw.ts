import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export interface RawAnswer {
	status: number;
	headers: IncomingHttpHeaders;
	body: string;
}

interface RawRequest {
	method?: string;
	path: string;
	headers?: Record<string, string>;
	body?: string | Buffer;
}

/** A request that `fetch` would not send: any Host, any path, any length. */
export function raw(base: string, { method, path, headers, body }: RawRequest): Promise<RawAnswer> {
	const { hostname, port } = new URL(base);
	return new Promise((resolve, reject) => {
		const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
			let text = '';
			answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
			answer.on('end', () =>
				resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
			);
		});
		sent.on('error', reject).end(body);
	});
}

/** The status of what is answered to these bytes; 0 if the connection is closed without a word. */
export function rawBytes(base: string, bytes: string): Promise<number> {
	const { hostname, port } = new URL(base);
	return new Promise((resolve) => {
		const socket = connect(Number(port), hostname, () => socket.end(bytes));
		let text = '';
		socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
		socket.on('error', () => resolve(0));
		socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
	});
}
