import { diffLines } from 'diff';
import type { ComparedLine } from '../../contracts/console.ts';

/** How many lines around a difference are shown. */
const AROUND = 3;

/** Two texts line by line, with a few lines around each difference; `…` stands for what is left out. */
export function compareLines(theirs: string, mine: string): ComparedLine[] {
	const lines = diffLines(theirs, mine).flatMap(({ value, added, removed }) =>
		value
			.replace(/\n$/, '')
			.split('\n')
			.map((text): ComparedLine => ({ kind: added ? 'mine' : removed ? 'theirs' : 'same', text }))
	);
	const near = lines.map((_, at) =>
		lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== 'same')
	);
	return lines.flatMap((line, at): ComparedLine[] => {
		if (near[at]) return [line];
		return at === 0 || near[at - 1] ? [{ kind: 'same', text: '…' }] : [];
	});
}
