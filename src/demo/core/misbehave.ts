import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from './answer.ts';
import type { Fault } from './faults.ts';

const TEN_MB = 10 * 1024 * 1024;
/** A held call ends by itself after this, so that a forgotten one does not stay for ever. */
const HELD_MS = 120_000;

/** Sends an answer as it should be. */
export function send(response: ServerResponse, answer: Answer): void {
	const isText = typeof answer.body === 'string';
	const body = isText ? String(answer.body) : JSON.stringify(answer.body);
	response.writeHead(answer.status, {
		'content-type': isText ? 'text/html; charset=utf-8' : 'application/json',
		'content-length': Buffer.byteLength(body),
		'cache-control': 'no-store',
		...answer.headers
	});
	response.end(body);
}

/** Sends an answer, or what the fault makes of it. The effect has happened or not by now. */
export function sendFaulty(response: ServerResponse, answer: Answer, fault: Fault): void {
	switch (fault.fault) {
		case 'status':
			return send(response, statusAnswer(fault));
		case 'applied-then-timeout':
		case 'not-applied-then-timeout':
			return hold(response, fault.ms ?? HELD_MS);
		case 'applied-then-reset':
			response.socket?.resetAndDestroy();
			return;
		case 'applied-then-500':
			return send(response, { status: 500, body: { title: 'Something broke', status: 500 } });
		case 'wrong-record':
			return send(response, { ...answer, body: someoneElses(answer.body) });
		case 'bad-schema':
			return send(response, { ...answer, body: drifted(answer.body) });
		case 'slow-drip':
			return drip(response, answer, fault.ms ?? 100);
		case 'huge':
			return send(response, {
				...answer,
				body: { ...Object(answer.body), list: 'x'.repeat(TEN_MB) }
			});
		case 'gzip-bomb':
			response.writeHead(answer.status, { 'content-encoding': 'gzip' });
			response.end(gzipSync(Buffer.alloc(TEN_MB, 32)));
			return;
		case 'many-headers':
			return send(response, { ...answer, headers: manyHeaders() });
		case 'redirect':
			return send(response, {
				status: fault.status ?? 302,
				body: {},
				headers: { location: 'http://169.254.169.254/latest/meta-data/' }
			});
		case 'delay':
		case 'not-applied-but-200':
		case 'stale-lookup':
			return send(response, answer);
	}
}

function statusAnswer({ status = 500, seconds }: Fault): Answer {
	const answer: Answer = { status, body: { title: 'As the fault plan says', status } };
	return seconds === undefined
		? answer
		: { ...answer, headers: { 'retry-after': String(seconds) } };
}

/** Says nothing until the caller gives up. */
function hold(response: ServerResponse, ms: number): void {
	const timer = setTimeout(() => response.destroy(), ms);
	response.on('close', () => clearTimeout(timer));
}

function drip(response: ServerResponse, answer: Answer, ms: number): void {
	const bytes = Buffer.from(JSON.stringify(answer.body));
	let sent = 0;
	response.writeHead(answer.status, { 'content-type': 'application/json' });
	const timer = setInterval(() => {
		if (sent === bytes.length) {
			clearInterval(timer);
			response.end();
		} else response.write(bytes.subarray(sent, ++sent));
	}, ms);
	response.on('close', () => clearInterval(timer));
}

/** The same shape, another person: what a crossed cache or a wrong join gives. */
function someoneElses(body: unknown): unknown {
	const record = { ...(Object(body) as Record<string, unknown>) };
	if ('reference' in record)
		return { ...record, id: 'PAY-1', customer: 'C-9999', reference: 'somebody-elses' };
	return { ...record, id: 'C-9999', name: 'Somebody Else', phone: '+493023125999' };
}

/** What a release without notice does: numbers as strings, null for an id, a new word. */
function drifted(body: unknown): unknown {
	if (typeof body === 'number') return String(body);
	if (Array.isArray(body)) return body.map(drifted);
	if (typeof body !== 'object' || body === null) return body;
	const entries = Object.entries(body).map(([name, value]) => [name, drifted(value)]);
	return { ...Object.fromEntries(entries), id: null, status: 'reticulated' };
}

const manyHeaders = (): Record<string, string> =>
	Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`x-many-${index}`, 'x']));
