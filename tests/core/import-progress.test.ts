import { beforeEach, expect, test } from 'vitest';
import { createProgress } from '../../src/cli/import/progress.ts';

const COUNTS = { opened: 7, held: 0, joined: 2, refused: 1 };
const WORDS = 'opened 7, held 0, joined 2, refused 1';
/** Back to the line's beginning, and away with what stands there. */
const CLEARED = '\r\u001b[K';

let clock: number;
let written: string[];
beforeEach(() => {
	clock = 5_000;
	written = [];
});

/** A progress on a stream that is a terminal of so many columns, or none. */
function progressOn(columns?: number) {
	const write = (text: string) => written.push(text) > 0;
	const out = { isTTY: columns !== undefined, columns: columns ?? 0, write };
	return createProgress(out, 'plans.csv', () => clock);
}

const bar = (full: number) => '█'.repeat(full) + '░'.repeat(24 - full);

test('a terminal sees one line that moves: empty, half, full, and gone at the end', () => {
	const progress = progressOn(120);
	progress.show(0, COUNTS);
	clock += 100;
	progress.show(0.5, COUNTS);
	clock += 100;
	progress.show(1, COUNTS);
	progress.end();
	expect(written).toEqual([
		`${CLEARED}${bar(0)}   0 %  plans.csv: ${WORDS}`,
		`${CLEARED}${bar(12)}  50 %  plans.csv: ${WORDS}`,
		`${CLEARED}${bar(24)} 100 %  plans.csv: ${WORDS}`,
		CLEARED
	]);
	// A line feed would leave a line behind for every step.
	expect(written.join('')).not.toContain('\n');
});

test('the line moves ten times a second at most, but its end is always drawn, once', () => {
	const progress = progressOn(120);
	for (let step = 0; step < 1000; step++, clock += 1) progress.show(step / 1000, COUNTS);
	expect(written).toHaveLength(10);
	progress.show(1, COUNTS);
	progress.show(1, COUNTS);
	expect(written).toHaveLength(11);
	expect(written.at(-1)).toContain('100 %');
});

test.each([
	[40, 39],
	[10, 20],
	[0, 79]
])(
	'on a terminal of %i columns a line has at most %i signs, so that it does not wrap',
	(columns, most) => {
		progressOn(columns).show(0.5, COUNTS);
		expect(written[0]?.replace(CLEARED, '').length).toBeLessThanOrEqual(most);
		expect(written[0]).toContain(bar(12).slice(0, 20));
	}
);

test('a file that grew meanwhile is no more than done', () => {
	progressOn(120).show(1.4, COUNTS);
	expect(written[0]).toContain(`${bar(24)} 100 %`);
});

test('where no terminal is, nothing is drawn: a short import writes nothing at all', () => {
	const progress = progressOn();
	for (const share of [0, 0.5, 1]) progress.show(share, COUNTS);
	progress.end();
	expect(written).toEqual([]);
});

test('where no terminal is, a long import writes a plain line for each tenth', () => {
	const progress = progressOn();
	for (let step = 0; step <= 100; step++, clock += 250) progress.show(step / 100, COUNTS);
	progress.end();
	expect(written).toEqual(
		[1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => `plans.csv: ${tenth}0 %, ${WORDS}\n`)
	);
});
