/** The name among `names` that takes the fewest edits to reach (Levenshtein). */
export function nearest<Name extends string>(wrong: string, names: readonly Name[]): Name {
	const byDistance = names.map((name) => ({ name, edits: edits(wrong, name) }));
	return byDistance.reduce((best, one) => (one.edits < best.edits ? one : best)).name;
}

function edits(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (const [i, letter] of [...from].entries()) {
		const next = [i + 1];
		for (let j = 1; j <= to.length; j++)
			next.push(
				Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(letter !== to[j - 1]))
			);
		row = next;
	}
	return row[to.length]!;
}
