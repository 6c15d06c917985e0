import { expect, test } from 'vitest';
import { compareLines } from '../../src/lib/server/workflows/compare-lines.ts';

const lines = (count: number, of: string) =>
	Array.from({ length: count }, (_, at) => `${of} ${at}`).join('\n');

test('two texts line by line, with a few lines around what differs', () => {
	const theirs = `${lines(20, 'line')}\n`;
	const mine = theirs.replace('line 10\n', 'mine\n');
	const compared = compareLines(theirs, mine);
	expect(compared).toHaveLength(10);
	expect(compared.filter(({ kind }) => kind !== 'same')).toEqual([
		{ kind: 'theirs', text: 'line 10' },
		{ kind: 'mine', text: 'mine' }
	]);
});

test('H10: texts that differ nearly everywhere are shown one behind the other', () => {
	// Line by line it takes seconds, and then minutes, in which nobody gets a page.
	const of = (whose: string) =>
		Array.from({ length: 2_000 }, (_, at) => (at % 4 ? `${whose} ${at}` : `both ${at}`));
	const compared = compareLines(of('theirs').join('\n'), of('mine').join('\n'));
	expect(compared.map(({ kind }) => kind)).toEqual([
		...of('theirs').map(() => 'theirs'),
		...of('mine').map(() => 'mine')
	]);
});
