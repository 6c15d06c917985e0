import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { DAYTIME } from '../support/zones.ts';
import { residentMb } from './cpu.ts';

/** What one NDJSON request came to. */
export interface Import {
	lines: number;
	seconds: number;
	/** Resident memory of the server: the most during the request, MB. */
	peakMb: number;
}

let customers = 0;

/** One line: a new customer of the first starter. */
function line(): string {
	customers += 1;
	const contacts = { sms: `+49176${String(1_000_000 + customers)}5` };
	const facts = { balance: 1000 + (customers % 9000), due_date: '2026-11-16' };
	const customer = `N-${customers}`;
	// Where it is day, so that every case makes its message at any hour.
	const one = { workflow: 'failed-payment', customer, contacts, zone: DAYTIME, facts };
	return `${JSON.stringify(one)}\n`;
}

/** Opens `count` cases with one request, and throws unless each line says `opened`. */
export async function importLines(
	{ url, pid }: { url: string; pid: number | undefined },
	token: string,
	count: number
): Promise<Import> {
	const asked = request(`${url}/api/v1/cases`, {
		method: 'POST',
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
	});
	const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
	let peakMb = residentMb(pid);
	const watch = setInterval(() => (peakMb = Math.max(peakMb, residentMb(pid))), 100);
	const started = performance.now();
	try {
		const [, opened] = await Promise.all([send(asked, count), answers(answered)]);
		if (opened !== count) throw new Error(`${opened} of ${count} lines were opened.`);
	} finally {
		clearInterval(watch);
	}
	return { lines: count, seconds: (performance.now() - started) / 1000, peakMb };
}

/** Writes as fast as the server takes it. */
async function send(asked: ClientRequest, count: number): Promise<void> {
	for (let sent = 0; sent < count; sent += 1) if (!asked.write(line())) await once(asked, 'drain');
	asked.end();
}

async function answers(answered: Promise<[IncomingMessage]>): Promise<number> {
	const [answer] = await answered;
	let opened = 0;
	for await (const text of createInterface({ input: answer })) {
		const { status } = JSON.parse(text) as { status: string };
		if (status !== 'opened') throw new Error(text);
		opened += 1;
	}
	return opened;
}
