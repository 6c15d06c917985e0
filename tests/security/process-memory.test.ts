import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { type Fleet, type Server, startFleet } from '../support/servers.ts';
import { newLink, Visitor } from './visitor.ts';

const HEAP = { NODE_OPTIONS: '--max-old-space-size=256' };
const LONG = Boolean(process.env.TAPDONE_TEST_LONG);
const STREAMS = LONG ? 8 : 3;
const LINES = LONG ? 20_000 : 700;
const READERS = LONG ? 60 : 12;
/** Beside the good ones: as long as a line may be, and of no use. */
const BULK = 'x'.repeat(60_000);

let fleet: Fleet;
let token: string;
beforeAll(async () => {
	fleet = await startFleet({ env: HEAP });
	const created = await createApiKey(fleet.parts, 'import', ['cases:write']);
	if (!created.ok) throw new Error(created.reason);
	({ token } = created.value);
});
afterAll(() => fleet.close());

function* body(stream: number): Generator<Uint8Array> {
	const encoder = new TextEncoder();
	for (let number = 0; number < LINES; number++) {
		const line = {
			workflow: 'failed-payment',
			customer: `M-${stream}-${number}`,
			contacts: { sms: '+4917604069001' },
			facts: { balance: 3363, due_date: '2026-11-16' }
		};
		yield encoder.encode(`${JSON.stringify(line)}\n`);
		if (number % 5 === 0) yield encoder.encode(`${JSON.stringify({ ...line, customer: BULK })}\n`);
	}
}

interface Line {
	status: string;
	id?: string;
}

/** Sends one stream; gives the answers that arrived, all of them if the server lived. */
async function sendStream({ url }: Server, stream: number): Promise<Line[]> {
	let text = '';
	const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
	const sent = request(`${url}/api/v1/cases`, { method: 'POST', headers });
	// Cut, what was answered before counts.
	sent.on('error', () => undefined);
	sent.on('response', (answer: IncomingMessage) => {
		answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
		answer.on('error', () => undefined);
	});
	Readable.from(body(stream)).pipe(sent);
	await new Promise((resolve) => sent.on('close', resolve));
	const whole = text.slice(0, text.lastIndexOf('\n') + 1);
	return whole
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Line);
}

/** Reads pages until told to end; gives the statuses. */
async function readPages(link: string, goOn: () => boolean): Promise<Set<number>> {
	const statuses = new Set<number>();
	while (goOn()) statuses.add((await new Visitor(fleet).get(link)).status);
	return statuses;
}

test(
	'L14: with a heap of 256 MB a flood of lines and pages is carried or shed, and what was acknowledged survives a kill',
	async () => {
		const { link } = await newLink(fleet, { customer: 'C-1001' });
		const [server] = fleet.servers;
		let busy = true;
		const readers = Array.from({ length: READERS }, () => readPages(link, () => busy));
		const streams = await Promise.all(
			Array.from({ length: STREAMS }, (_, stream) => sendStream(server!, stream))
		);
		busy = false;
		for (const statuses of await Promise.all(readers))
			expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
		expect(server!.process.exitCode).toBeNull();
		expect(
			streams.map((lines) => lines.filter(({ status }) => status === 'opened').length)
		).toEqual(Array(STREAMS).fill(LINES));

		// The same again, and killed in the middle of it, as a kernel short of memory does.
		const under = sendStream(server!, STREAMS);
		const first = fleet.db
			.selectFrom('cases')
			.select('id')
			.where('customer_hash', '=', fleet.vault.hash('customer', `M-${STREAMS}-0`));
		while (!(await first.executeTakeFirst())) await new Promise(setImmediate);
		await server!.stop('SIGKILL');
		const acknowledged = [...streams.flat(), ...(await under)].flatMap(({ id }) => id ?? []);
		await fleet.start();
		const rows = await fleet.db.selectFrom('cases').select('id').execute();
		const stored = new Set(rows.map(({ id }) => id));
		expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
		// A case is there whole or not at all: each has its first event and its message or its reason.
		const bare = await fleet.db
			.selectFrom('cases')
			.leftJoin('case_events', 'case_events.case_id', 'cases.id')
			.select('cases.id')
			.where('case_events.seq', 'is', null)
			.execute();
		expect(bare).toEqual([]);
	},
	LONG ? 1_200_000 : 120_000
);
