import { readSendgrid, readTwilio } from '../../src/lib/contracts/callbacks.ts';
import { storeReports } from '../../src/lib/server/flows/store-callbacks.ts';
import { takeInbound } from '../../src/lib/server/flows/take-inbound.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { isBusy } from '../../src/lib/server/web/busy.ts';
import { signedBySendgrid, signedByTwilio } from '../../src/lib/server/web/signatures.ts';
import { listen, readBody } from '../../src/demo/providers/http.ts';

type Used = Pick<Parts, 'config' | 'db' | 'vault' | 'jobs' | 'log' | 'crash'>;

export interface Hooks {
	/** The public origin that providers call back. */
	origin: string;
	/** Who takes what is called from now on. */
	attach(parts: Used): void;
	close(): Promise<void>;
}

/** The two hooks without SvelteKit: what the routes do, so that a test needs no build. */
export async function startHooks(): Promise<Hooks> {
	let parts: Used | undefined;
	const server = await listen(0, async (request, response) => {
		const body = await readBody(request);
		const taken = parts ? take(parts, request.url ?? '', request.headers, body) : 503;
		const status = await Promise.resolve(taken).catch(sayBusy);
		response.writeHead(status).end();
	});
	return {
		origin: server.url,
		attach: (given) => void (parts = given),
		close: () => server.close()
	};
}

/** As the pages say it: a database that is busy is no fault of the call. */
function sayBusy(error: unknown): number {
	if (isBusy(error)) return 503;
	throw error;
}

async function take(
	parts: Used,
	path: string,
	headers: Record<string, string | string[] | undefined>,
	body: Buffer
): Promise<number> {
	const { origin, channels } = parts.config;
	const header = (name: string) => String(headers[name] ?? '');
	if (path.startsWith('/hooks/twilio')) {
		const fields = new URLSearchParams(body.toString());
		const signature = header('x-twilio-signature');
		const tokens = channels.twilio?.tokens ?? [];
		if (!signedByTwilio(tokens, signature, `${origin}${path}`, fields)) return 403;
		const told = readTwilio(Object.fromEntries(fields));
		if (told && 'report' in told) await storeReports(parts, [told.report]);
		if (told && 'inbound' in told) await takeInbound(parts, told.inbound);
		return 200;
	}
	const keys = channels.sendgrid?.hookKeys ?? [];
	const signed = {
		signature: header('x-twilio-email-event-webhook-signature'),
		timestamp: header('x-twilio-email-event-webhook-timestamp')
	};
	if (!signedBySendgrid(keys, signed, body, new Date())) return 401;
	await storeReports(parts, readSendgrid(JSON.parse(body.toString())) ?? []);
	return 204;
}
