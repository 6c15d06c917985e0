import { diffLines } from 'diff';
import type { ComparedLine } from '../../contracts/console.ts';

/** How many lines around a difference are shown. */
const AROUND = 3;

/** Comparing takes as long as the square of this: more is another text, and nobody waits for it. */
const MOST_EDITS = 1_000;

/**
 * Two texts line by line, with a few lines around each difference; `…` stands for what is left out.
 * Texts that have little in common stand one behind the other.
 */
export function compareLines(theirs: string, mine: string): ComparedLine[] {
	const changes = diffLines(theirs, mine, { maxEditLength: MOST_EDITS }) ?? [
		{ value: theirs, removed: true, added: false },
		{ value: mine, removed: false, added: true }
	];
	const lines = changes.flatMap(({ value, added, removed }) =>
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
