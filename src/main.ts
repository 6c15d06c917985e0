import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { loadConfig, printProblems } from './lib/server/config.ts';
import type { App } from './lib/server/app.ts';
import { headersOfAll } from './lib/server/web/headers.ts';

/** Of a form. The API counts for itself, and answers with a problem document. */
const MOST_BODY = 64 * 1024;
/** Of what a provider tells in one call, thousands of events; and of a workflow's draft. */
const MOST_BATCH = 1024 * 1024;
const LARGE = /^\/(hooks\/sendgrid|console\/workflows\/[^/]+\/draft(\/check)?)$/;
const MOST_BODY_MS = 30_000;

/**
 * Is it for the API? By the path that the framework comes to: `/api/../l/…`, with dots in any
 * writing, leads to a page. What is no address is no call of the API.
 */
const isApi = (path: string): boolean => path.startsWith('/api/');

const pathOf = ({ url = '' }: IncomingMessage): string =>
	URL.parse(`http://any${url}`)?.pathname ?? '';

/**
 * Refuses a body before a byte of it is read: too long, or of unknown length where only the
 * API may stream.
 */
function refuseBody({ method, headers }: IncomingMessage, path: string): 411 | 413 | null {
	if (method === 'GET' || method === 'HEAD' || isApi(path)) return null;
	const length = headers['content-length'];
	if (length === undefined) return headers['transfer-encoding'] ? 411 : null;
	const most = LARGE.test(path) ? MOST_BATCH : MOST_BODY;
	return Number(length) > most ? 413 : null;
}

function stopWith(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}

const loaded = loadConfig(process.env);
if (!loaded.ok) stopWith(printProblems(loaded.detail ?? []));
const config = loaded.value;

// The adapter reads these when its handler is loaded.
process.env['ORIGIN'] = config.origin;
process.env['BODY_SIZE_LIMIT'] = 'Infinity';
type Handler = (request: IncomingMessage, response: unknown, next: () => void) => void;
const built = new URL('../build/handler.js', import.meta.url).href;
const { handler } = (await import(built).catch((error: unknown) =>
	stopWith(error instanceof Error ? error.message : String(error))
)) as { handler: Handler };
const app = (globalThis as Record<symbol, unknown>)[Symbol.for('tapdone.app')] as App;

let stopping = false;
const headers = Object.entries(headersOfAll(config.origin.startsWith('https:')));
// A batch of 100,000 lines may take its time; any other body has to arrive at once.
const server = createServer({ headersTimeout: 10_000, requestTimeout: 3_600_000 }, (req, res) => {
	const path = pathOf(req);
	if (!isApi(path)) {
		const slow = setTimeout(() => req.complete || req.destroy(), MOST_BODY_MS);
		res.once('close', () => clearTimeout(slow));
	}
	for (const [name, value] of headers) res.setHeader(name, value);
	if (stopping) res.setHeader('connection', 'close');
	const refused = refuseBody(req, path);
	if (refused) res.writeHead(refused, { connection: 'close' }).end();
	else handler(req, res, () => res.writeHead(404).end());
});
server.maxRequestsPerSocket = 1000;
server.listen(config.port, config.host, () => {
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : config.port;
	app.parts.log.info({ port, role: config.role, env: config.env }, 'listening');
});

/**
 * Readiness goes first, and while a load balancer sees it, requests are still taken; then requests
 * and jobs under way finish, then everything is closed. All of it within the one limit.
 */
async function shutDown(running: Server): Promise<void> {
	const end = performance.now() + config.shutdownSeconds * 1000;
	const left = () => Math.max(0, end - performance.now());
	app.drain();
	await wait(config.drainSeconds * 1000);
	const late = setTimeout(() => running.closeAllConnections(), left());
	const idle = setInterval(() => running.closeIdleConnections(), 100);
	await new Promise<void>((resolve) => running.close(() => resolve()));
	clearTimeout(late);
	clearInterval(idle);
	await app.stop(left());
	app.parts.log.info('stopped');
	process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
	process.on(signal, () => {
		if (stopping) return;
		stopping = true;
		void shutDown(server);
	});
