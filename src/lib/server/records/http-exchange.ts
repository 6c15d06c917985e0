import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { refusal } from './addresses.ts';
import { hostOf, refusedHost, type HttpConnection } from './http-config.ts';
import type { Prepared } from './http-map.ts';

export const MOST_BODY_BYTES = 1024 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;

/** What became of one request. `not-sent`: surely no byte of it left; `lost`: some may have. */
export type Exchange =
	| { kind: 'answer'; status: number; headers: http.IncomingHttpHeaders; body: Buffer }
	| { kind: 'not-sent'; reason: 'connect' | 'address' | 'late'; explain: string }
	| { kind: 'lost'; reason: 'timeout' | 'reset' | 'oversized' };

/** All addresses of a name; injected in tests of addresses that change. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

const resolveBySystem: Resolve = (host) =>
	new Promise((resolve, reject) => {
		systemLookup(host, { all: true }, (error, addresses) =>
			error ? reject(error) : resolve(addresses)
		);
	});

class RefusedAddress extends Error {}

/**
 * Sends requests to one connection's host and nowhere else. No redirect is followed, no compressed
 * body is asked for, nothing is retried, and the address that was checked is the one connected to.
 */
export function createExchange(connection: HttpConnection, resolve: Resolve = resolveBySystem) {
	const base = new URL(connection.baseUrl);
	const host = hostOf(base);
	const tls = base.protocol === 'https:';
	const lookup: LookupFunction = (_, options, callback) => {
		resolve(host).then(
			(addresses) => {
				const bad = addresses.find(({ address }) => refusal(host, address, connection));
				const [first] = addresses;
				if (bad || !first) return callback(new RefusedAddress('address'), '', 0);
				if (options.all) callback(null, addresses);
				else callback(null, first.address, first.family);
			},
			(error: Error) => callback(error as NodeJS.ErrnoException, '', 0)
		);
	};
	// Idle sockets end before the usual server's 5 s: a reused one that dies under a write is `unknown`.
	const options = {
		keepAlive: true,
		timeout: 4_000,
		maxFreeSockets: connection.concurrency,
		lookup
	};
	const agent = tls ? new https.Agent(options) : new http.Agent(options);

	/** One request within `totalMs`; not begun after `sendUntil` (`performance.now()`). Never rejects. */
	function send(prepared: Prepared, totalMs: number, sendUntil = Infinity): Promise<Exchange> {
		if (!tls && !connection.allowHttp) return notSent('address', 'http is not allowed');
		const why = refusedHost(host, connection);
		if (why) return notSent('address', `a ${why} address`);
		return new Promise((settle) => {
			let sent = false;
			const chunks: Buffer[] = [];
			const request = (tls ? https : http).request({
				agent,
				host,
				port: base.port || (tls ? 443 : 80),
				method: prepared.method,
				path: prepared.path,
				headers: prepared.headers,
				maxHeaderSize: MOST_HEADER_BYTES
			});
			const finish = (exchange: Exchange) => {
				clearTimeout(connecting);
				clearTimeout(total);
				settle(exchange);
				if (exchange.kind !== 'answer') request.destroy();
			};
			const fail = (reason: 'timeout' | 'reset' | 'oversized', explain: string) =>
				finish(sent ? { kind: 'lost', reason } : { kind: 'not-sent', reason: 'connect', explain });
			const connecting = setTimeout(
				() => fail('timeout', 'no connection in time'),
				connection.connectMs
			);
			const total = setTimeout(() => fail('timeout', 'no connection in time'), totalMs);

			// The first byte leaves with end(): before it, whatever fails was surely not processed.
			const begin = () => {
				clearTimeout(connecting);
				if (performance.now() >= sendUntil)
					return finish({ kind: 'not-sent', reason: 'late', explain: 'the lease had ended' });
				sent = true;
				request.end(prepared.body);
			};
			request.on('socket', (socket: Socket) => {
				if (request.reusedSocket) begin();
				else socket.once(tls ? 'secureConnect' : 'connect', begin);
			});
			request.on('error', (error: NodeJS.ErrnoException) => {
				if (error instanceof RefusedAddress)
					return finish({ kind: 'not-sent', reason: 'address', explain: 'a refused address' });
				if (error.code === 'HPE_HEADER_OVERFLOW') return fail('oversized', 'headers');
				fail('reset', 'no connection');
			});
			request.on('response', (response) => {
				let size = 0;
				response.on('data', (chunk: Buffer) => {
					size += chunk.length;
					if (size > MOST_BODY_BYTES) return fail('oversized', 'body');
					chunks.push(chunk);
				});
				response.on('error', () => fail('reset', 'body'));
				response.on('close', () => response.complete || fail('reset', 'body'));
				response.on('end', () => {
					const { statusCode: status = 0, headers } = response;
					finish({ kind: 'answer', status, headers, body: Buffer.concat(chunks) });
				});
			});
		});
	}
	return { send, close: () => agent.destroy() };
}

const notSent = (reason: 'address', explain: string): Promise<Exchange> =>
	Promise.resolve({ kind: 'not-sent', reason, explain });
