import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { notFound, problem, readText, type Answer } from './answer.ts';
import { createFaults, FAULTS, type Fault, type FaultName } from './faults.ts';
import { handle } from './handlers.ts';
import { send, sendFaulty } from './misbehave.ts';
import { customerPage } from './page-customer.ts';
import { listPage } from './page-list.ts';
import type { Customer } from './record.ts';
import { openStore } from './store.ts';

export interface DemoCoreOptions {
	/** 0 takes a free one. */
	port?: number;
	host?: string;
	/** SQLite file; in memory without it. */
	file?: string;
	/** Bearer token of the API. Without it the API is open: for tests on loopback. */
	token?: string;
	/** Whether `X-Demo-Fault: <name>` on a request makes that fault. */
	faultHeader?: boolean;
	/** Put in when there is no customer yet. */
	seed?: Customer[];
}

export interface DemoCore {
	url: string;
	port: number;
	close(): Promise<void>;
}

/** What tests and people look at while the rest misbehaves. */
const NEVER_FAULTY = new Set(['faults', 'effects', 'stats']);
/** These take effect before the call goes wrong; the others that fail, do not. */
const DOES_NOTHING: ReadonlySet<FaultName> = new Set([
	'status',
	'not-applied-then-timeout',
	'not-applied-but-200',
	'redirect'
]);

/** Starts the demo's system of record: HTTP in front of SQLite, with faults on request. */
export async function startDemoCore(options: DemoCoreOptions = {}): Promise<DemoCore> {
	const store = openStore(options.file ?? ':memory:');
	if (options.seed && store.count() === 0) {
		const { seed } = options;
		store.transaction(() => seed.forEach((record) => store.put(record)));
	}
	const faults = createFaults();

	async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', 'http://core');
		const segments = segmentsOf(url.pathname);
		if (!segments) return send(response, notFound());
		const page = pageFor(request, segments, url.searchParams);
		if (page) return send(response, page);
		if (!isAllowed(request, options.token))
			return send(response, problem(401, 'token', 'A bearer token is needed'));
		const body = await readText(request);
		if (typeof body !== 'string') return send(response, body);

		const method = request.method ?? 'GET';
		const [first, second] = segments;
		const customer = first === 'customers' ? second : undefined;
		const asked = { method, path: url.pathname, customer };
		const fault = NEVER_FAULTY.has(first ?? '')
			? undefined
			: (faultOfHeader(request) ?? faults.pick(asked));
		if (fault?.fault === 'delay') await wait(fault.ms ?? 1_000, undefined, { ref: false });
		const lagSeconds = fault?.fault === 'stale-lookup' ? (fault.seconds ?? 60) : 0;
		const key = request.headers['idempotency-key'];
		const answer = store.transaction(
			() =>
				handle(store, faults, {
					method,
					segments,
					query: url.searchParams,
					idempotencyKey: typeof key === 'string' ? key : undefined,
					body,
					now: Date.now(),
					lookupLag: 1_000 * lagSeconds
				}),
			!(fault && DOES_NOTHING.has(fault.fault))
		);
		if (fault) sendFaulty(response, answer, fault);
		else send(response, answer);
	}

	/** Pages for people, on this machine only: they need no token and show everything. */
	function pageFor(
		request: IncomingMessage,
		segments: string[],
		query: URLSearchParams
	): Answer | null {
		const wantsPage = request.headers.accept?.includes('text/html') ?? false;
		if (request.method !== 'GET' || !wantsPage) return null;
		const [first, id, ...rest] = segments;
		if (first !== undefined && (first !== 'customers' || !id || rest.length > 0)) return null;
		if (!isLocal(request)) return problem(403, 'local-only', 'Pages are for this machine only');
		return id ? customerPage(store, id) : listPage(store, query);
	}

	function faultOfHeader(request: IncomingMessage): Fault | undefined {
		const name = options.faultHeader ? request.headers['x-demo-fault'] : undefined;
		const fault = FAULTS.find((each) => each === name);
		return fault && { match: {}, fault, probability: 1 };
	}

	const server = createServer(
		{ maxHeaderSize: 16_384, requestTimeout: 30_000 },
		(request, response) => {
			answerTo(request, response).catch((error: unknown) => {
				if (response.headersSent || response.destroyed) {
					response.destroy();
					return;
				}
				process.stderr.write(`demo core: ${error instanceof Error ? error.message : 'failed'}\n`);
				send(response, problem(500, 'internal', 'The demo core failed'));
			});
		}
	);
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		port,
		close: () =>
			new Promise((resolve) => {
				server.close(() => {
					store.close();
					resolve();
				});
				server.closeAllConnections();
			})
	};
}

function segmentsOf(pathname: string): string[] | null {
	try {
		return pathname.split('/').filter(Boolean).map(decodeURIComponent);
	} catch {
		return null;
	}
}

const digest = (text: string) => createHash('sha256').update(text).digest();

const isAllowed = (request: IncomingMessage, token: string | undefined): boolean =>
	token === undefined ||
	timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));

/** From this machine, and asked for by a name of this machine (a page elsewhere cannot read it). */
function isLocal(request: IncomingMessage): boolean {
	const from = request.socket.remoteAddress ?? '';
	const host = (request.headers.host ?? '').replace(/:\d+$/, '');
	return (
		/^(127\.|::1$|::ffff:127\.)/.test(from) && ['127.0.0.1', 'localhost', '[::1]'].includes(host)
	);
}
