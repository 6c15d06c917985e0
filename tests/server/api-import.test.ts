import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { importFile } from '../../src/cli/import/import-file.ts';
import type { WorkflowView } from '../../src/lib/contracts/api.ts';
import { getWorkflow } from '../../src/lib/server/flows/get-workflow.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { answerLines } from '../../src/lib/server/web/api-batch.ts';
import { problemResponse } from '../../src/lib/server/web/problem.ts';
import type { World } from '../support/world.ts';
import { apiWorld } from './api-world.ts';

let world: World;
let workflow: WorkflowView;
let server: Server;
let folder: string;
let bodies = 0;
/** So many requests are broken off behind their first answers. */
let breaks = 0;

beforeAll(async () => {
	world = await apiWorld();
	const found = await getWorkflow(world.parts, 'failed-payment');
	if (!found.ok) throw new Error(found.reason);
	workflow = found.value;
	// The batch route without SvelteKit around it.
	server = createServer((request, response) => {
		if (request.headers.authorization !== 'Bearer good') {
			response.writeHead(401);
			void problemResponse('unauthorised')
				.text()
				.then((text) => response.end(text));
			return;
		}
		bodies += 1;
		const answers = answerLines(request, {
			open: (lines) => openCases(world.parts, 'key:test', lines)
		});
		void answer(answers, response, breaks-- > 0);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
});
afterAll(async () => {
	server.close();
	server.closeAllConnections();
	await world.close();
});
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tapdone-import-'));
	[bodies, breaks] = [0, 0];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Sends the answers, or breaks off behind the first ones. */
async function answer(
	answers: ReadableStream<Uint8Array>,
	response: ServerResponse,
	isBroken: boolean
): Promise<void> {
	const sent = isBroken ? await answers.getReader().read() : null;
	if (!sent) return pipeline(Readable.fromWeb(answers as never), response);
	response.write(sent.value, () => response.destroy());
}

const silent = { isTTY: false, write: () => true } as unknown as NodeJS.WriteStream;
function send(text: string, key = 'good', delimiter?: string) {
	const file = join(folder, 'payments.csv');
	writeFileSync(file, text);
	const { port } = server.address() as AddressInfo;
	const api = { url: `http://127.0.0.1:${port}`, key };
	return importFile(file, workflow, api, silent, delimiter ? { delimiter } : {});
}
const refusedFile = () => readFileSync(join(folder, 'payments.refused.csv'), 'utf8');

test('columns become contacts and typed facts, and empty cells are left out', async () => {
	const header =
		'customer,language,sms,whatsapp,email,balance,due_date,failed_payment,name,zone,consent';
	const line =
		'I-1,de,+4917604069001,,anna@example.org,3363,2026-11-16,TRUE,"Brandt, Anna",Europe/Berlin,sms email';
	const imported = await send(`\uFEFF${header}\r\n${line}\r\n`);
	expect(imported).toEqual({
		counts: { opened: 1, held: 0, joined: 0, refused: 0 },
		refusedFile: null
	});
	const row = await world.parts.db
		.selectFrom('cases')
		.selectAll()
		.where('customer_hash', '=', world.parts.vault.hash('customer', 'I-1'))
		.executeTakeFirstOrThrow();
	const key = await world.parts.vault.openCaseKey(row.key);
	expect(await world.parts.vault.open(key, row.sealed, 'cases.sealed')).toEqual({
		customer: 'I-1',
		contacts: { sms: '+4917604069001', email: 'anna@example.org' },
		zone: 'Europe/Berlin',
		consent: ['sms', 'email'],
		facts: { balance: 3363, due_date: '2026-11-16', failed_payment: true, name: 'Brandt, Anna' }
	});
	expect(existsSync(join(folder, 'payments.refused.csv'))).toBe(false);
});

test('refused lines are written beside the file, with reasons, safe for a spreadsheet', async () => {
	const { counts } = await send(
		[
			'customer,sms,due_date,balance',
			'I-2,+4917604069001,2026-11-16,100',
			'"=HYPERLINK(""http://x"")",12,2026-11-16,1.5',
			'I-3,+4917604069001',
			'I-4,+4917604069001,2026-11-16,',
			'I-2,+4917604069001,2026-11-16,100',
			'I-5,"+491'
		].join('\n')
	);
	expect(counts).toEqual({ opened: 1, held: 1, joined: 1, refused: 3 });
	expect(refusedFile().split('\n').sort().filter(Boolean)).toEqual([
		`"'=HYPERLINK(""http://x"")",12,2026-11-16,1.5,3,contacts.sms is not a phone number with + and a country code; facts.balance must be a whole number of minor units of EUR`,
		',,,,7,has a quote that is not closed',
		`I-3,'+4917604069001,,,4,"has 2 cells, the header has 4"`,
		'customer,sms,due_date,balance,refused_line,refused_reason'
	]);
});

test('a corrected file of refused lines can be sent as it is', async () => {
	await send('customer,sms,due_date,balance\nI-6,+4917604069001,2026-11-16,abc\n');
	const corrected = refusedFile().replace('abc', '4711');
	expect(corrected).toContain("'+4917604069001");
	expect((await send(corrected)).counts.opened).toBe(1);
	expect(existsSync(join(folder, 'payments.refused.csv'))).toBe(false);
});

test('a header that cannot be right sends nothing and names every column', async () => {
	await expect(send('customers,sms,balance,balance,colour\nI-7,,1,1,red\n')).rejects.toThrow(
		/"customers" is none of: customer, .*balance.*\n.*"colour".*\n.*"balance" stands there twice.*\n.*no column "customer"/s
	);
	await expect(send('')).rejects.toThrow(/is empty/);
	expect(bodies).toBe(0);
});

test.each([
	[';', "separated by ; — save the file with commas, or add --delimiter=';'"],
	['\t', 'separated by tabs — save the file with commas, or add --delimiter=tab']
])(
	'columns with another sign between them (%j) are told as that, and read with it',
	async (sign, words) => {
		const name = `D${sign.charCodeAt(0)}`;
		const columns = ['customer', 'due_date', 'sms', 'balance'];
		const good = [`${name}-1`, '2026-11-16', '+4917604069001', '100'];
		const wrong = [`${name}-2`, '2026-11-16', '12', '"4;7\t"'];
		const text = `${[columns, good, wrong].map((cells) => cells.join(sign)).join('\n')}\n`;
		await expect(send(text)).rejects.toThrow(words);
		expect(bodies).toBe(0);
		expect((await send(text, 'good', sign)).counts).toMatchObject({ opened: 1, refused: 1 });
		// Separated alike, so that the corrected file is sent the same way.
		const corrected = refusedFile()
			.replace('"4;7\t"', '471')
			.replace(`${sign}12${sign}`, sign + sign);
		expect(corrected).toContain([...columns, 'refused_line'].join(sign));
		expect((await send(corrected, 'good', sign)).counts).toMatchObject({ opened: 1, refused: 0 });
	}
);

test('a record that is not CSV is told by its line, and hides neither header nor neighbours', async () => {
	const { counts } = await send(
		'customer,due_date,balance\nI-10,2026-11-16,4"7\nI-11,2026-11-16,47\n'
	);
	expect(counts).toMatchObject({ opened: 1, refused: 1 });
	expect(refusedFile()).toContain(',2,has a quote within a cell');
	await expect(send('customer,s"ms\nI-12,+4917604069001\n')).rejects.toThrow(
		'The header has a quote within a cell'
	);
});

test('every wrong cell of a line is named, whatever is wrong with it', async () => {
	await send('customer,sms,balance,due_date\nI-9,12,"12,50",soon\n');
	const [, line = ''] = refusedFile().split('\n');
	for (const field of [
		'contacts.sms is not a phone',
		'facts.balance must be',
		'facts.due_date must be'
	])
		expect(line).toContain(field);
});

test('what the API refuses as a whole is told in its words', async () => {
	await expect(send('customer\nI-8\n', 'bad')).rejects.toThrow('A valid API key is needed');
});

test('when the connection breaks, no line is lost: each was answered or stands in the file', async () => {
	breaks = 1;
	const lines = Array.from({ length: 800 }, (_, n) => `B-${n},+4917604069001,2026-11-16,100`);
	const { counts } = await send(`customer,sms,due_date,balance\n${lines.join('\n')}\n`);
	expect(counts.refused).toBeGreaterThan(0);
	const refused = refusedFile().trim().split('\n').slice(1);
	expect(refused).toHaveLength(counts.refused);
	expect(counts.opened + refused.length).toBe(800);
	const { counts: again } = await send(refusedFile());
	expect(again.opened + again.joined).toBe(refused.length);
});
