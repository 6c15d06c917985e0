import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineAnswerSchema } from '../../src/lib/contracts/api.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { answerLines } from '../../src/lib/server/web/api-batch.ts';
import { readLines } from '../../src/lib/server/web/api-lines.ts';
import type { World } from '../support/world.ts';
import { apiWorld, lineFor } from './api-world.ts';

let world: World;
beforeAll(async () => {
	world = await apiWorld();
});
afterAll(() => world.close());

type Answer = ReturnType<typeof lineAnswerSchema.parse>;
const encoder = new TextEncoder();
async function* body(...pieces: (string | Uint8Array)[]) {
	for (const piece of pieces) yield typeof piece === 'string' ? encoder.encode(piece) : piece;
}
async function answersOf(stream: ReadableStream<Uint8Array>): Promise<Answer[]> {
	const text = await new Response(stream).text();
	return text
		.split('\n')
		.filter(Boolean)
		.map((line) => lineAnswerSchema.parse(JSON.parse(line)));
}
const open = (lines: unknown[]) => openCases(world.parts, 'key:test', lines);
const opened = (lines: unknown[]) =>
	Promise.resolve(lines.map((id) => ({ status: 'opened' as const, id: String(id) })));
const ask = (...pieces: (string | Uint8Array)[]) =>
	answersOf(answerLines(body(...pieces), { open }));

test('each line gets its answer with its number, whatever is wrong with the others', async () => {
	const good = (customer: string, more = {}) => JSON.stringify(lineFor(customer, more));
	const lines = [
		good('L-1'),
		'{"workflow":',
		good('L-1'),
		'',
		good('L-2', { facts: { due_date: '2026-11-16' } }),
		good('L-3', { workflow: 'none' }),
		'{"customer":"a","customer":"b"}',
		good('L-4', { contacts: { sms: '12' } }),
		'[1]',
		good('L-5', { facts: { balance: 12.5, due_date: '2026-02-30', colour: 'red' } }),
		`{"x":"${'x'.repeat(70_000)}"}`,
		good('L-\u0000')
	];
	const answers = await ask(lines.join('\r\n'));
	const short = answers.map(({ line, status, reason, problems, missing }) =>
		[line, status, reason ?? '', (problems ?? []).map(({ field }) => field).join(), missing ?? '']
			.join(' ')
			.trim()
	);
	expect(short).toEqual([
		'1 opened',
		'2 refused not-json (line)',
		expect.stringMatching(/^3 joined/),
		'5 held   balance',
		'6 refused unknown-workflow workflow',
		'7 refused not-json (line)',
		'8 refused bad-input contacts.sms',
		'9 refused bad-input (body)',
		expect.stringMatching(/^10 refused bad-input facts\.balance,facts\.due_date,facts\.colour/),
		'11 refused too-long (line)',
		'12 refused bad-input customer'
	]);
	expect(answers[0]?.id).toBe(answers[2]?.id);
});

test('sending everything again opens nothing twice', async () => {
	const lines = Array.from({ length: 250 }, (_, n) => JSON.stringify(lineFor(`Again-${n}`)));
	const first = await ask(lines.join('\n'));
	const again = await ask(lines.join('\n'));
	expect(new Set(first.map(({ status }) => status))).toEqual(new Set(['opened']));
	expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['joined']));
	expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
	const { joins } = await world.parts.db
		.selectFrom('case_events')
		.select((eb) => eb.fn.countAll<number>().as('joins'))
		.where('type', '=', 'trigger-joined')
		.where('case_id', '=', String(first[7]?.id))
		.executeTakeFirstOrThrow();
	// Nothing new, so nothing happened.
	expect(Number(joins)).toBe(0);
});

test('however the bytes arrive, the lines are the same', async () => {
	const text = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('')), {
		maxLength: 8
	});
	await fc.assert(
		fc.asyncProperty(text, fc.array(fc.nat(400)), async (texts, cuts) => {
			const bytes = encoder.encode(texts.map((one) => JSON.stringify(one)).join('\n'));
			const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
			at.sort((a, b) => a - b);
			const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
			const lines = [];
			for await (const line of readLines(body(...pieces))) lines.push(line);
			expect(lines).toEqual(texts.map((value, index) => ({ line: index + 1, value })));
		})
	);
});

test('a line that is no UTF-8 is refused, the next one is read', async () => {
	const answers = await ask(
		new Uint8Array([0x22, 0xc0, 0xaf, 0x22, 0x0a]),
		JSON.stringify(lineFor('U-1'))
	);
	expect(answers.map(({ line, status }) => `${line} ${status}`)).toEqual(['1 refused', '2 opened']);
});

test('who waits for an answer before sending more gets it', async () => {
	let answered = (): void => {};
	const first = new Promise<void>((resolve) => (answered = resolve));
	async function* slow() {
		yield encoder.encode('1\n');
		await first;
		yield encoder.encode('2\n');
	}
	const reader = answerLines(slow(), { open: opened }).getReader();
	const { value } = await reader.read();
	expect(new TextDecoder().decode(value)).toContain('"line":1');
	answered();
	expect(new TextDecoder().decode((await reader.read()).value)).toContain('"line":2');
	expect((await reader.read()).done).toBe(true);
});

test('nothing more is read than is answered', async () => {
	let read = 0;
	async function* endless() {
		for (;;) {
			read += 1;
			yield encoder.encode('1\n'.repeat(100));
			await Promise.resolve();
		}
	}
	const reader = answerLines(endless(), { open: opened }).getReader();
	await reader.read();
	await reader.read();
	expect(read).toBeLessThan(8);
	await reader.cancel();
	const atCancel = read;
	await new Promise((resolve) => setImmediate(resolve));
	expect(read).toBeLessThanOrEqual(atCancel + 1);
});

test('a line beyond the most is answered as such, and is the last', async () => {
	const stream = answerLines(body('1\n2\n3\n4\n5\n'), { open: opened, mostLines: 3 });
	const answers = await new Response(stream).text();
	const lines = answers
		.trim()
		.split('\n')
		.map((one) => JSON.parse(one) as Answer);
	expect(lines.map(({ line, reason }) => `${line} ${reason ?? ''}`.trim())).toEqual([
		'1',
		'2',
		'3',
		'4 too-many-lines'
	]);
});

test('a failure that passes is not seen; one that stays is told and ends the answers', async () => {
	let failures = 0;
	const flaky = (most: number) => (lines: unknown[]) => {
		failures += 1;
		return failures <= most ? Promise.reject(new Error('deadlock')) : opened(lines);
	};
	const text = '"a"\n"b"\n';
	const one = answerLines(body(text), { open: flaky(1) });
	expect((await new Response(one).text()).match(/opened/g)).toHaveLength(2);
	failures = 0;
	const told: unknown[] = [];
	const other = answerLines(body(text), {
		open: flaky(99),
		onFailure: (error) => told.push(error)
	});
	const answers = await answersOf(other);
	expect(answers.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
		'refused unavailable',
		'refused unavailable'
	]);
	expect(told).toHaveLength(1);
});
