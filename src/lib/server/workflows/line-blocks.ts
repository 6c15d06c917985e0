/** Members of a YAML collection as the lines that they stand on. */
export interface Block {
	/** With the comments right above it. */
	lead: number;
	start: number;
	/** The line behind its last one. */
	end: number;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isBlank = (line: string): boolean => line.trim() === '';
const isComment = (line: string): boolean => line.trimStart().startsWith('#');

/**
 * The lines of each member. A comment at the members' own column belongs to what follows it, a
 * deeper one to what stands above it; blank lines belong to nobody.
 * @param starts the line on which each member begins, from 0
 * @param until the line behind the collection
 */
export function blocksOf(
	lines: readonly string[],
	starts: readonly number[],
	until: number,
	column: number
): Block[] {
	const between = (line: string) => isBlank(line) || (isComment(line) && indentOf(line) <= column);
	let before = 0;
	return starts.map((start, index) => {
		let end = starts[index + 1] ?? until;
		while (end > start + 1 && between(lines[end - 1]!)) end--;
		let lead = start;
		while (lead > before && isComment(lines[lead - 1]!) && indentOf(lines[lead - 1]!) === column)
			lead--;
		before = end;
		return { lead: index === 0 ? start : lead, start, end };
	});
}

/** Two neighbours change places, each with its comments; what stands between them stays. */
export const swapBlocks = (lines: readonly string[], a: Block, b: Block): string[] => [
	...lines.slice(0, a.lead),
	...lines.slice(b.lead, b.end),
	...lines.slice(a.end, b.lead),
	...lines.slice(a.lead, a.end),
	...lines.slice(b.end)
];

/** Without one member and its comments, and without one of the gaps around it. */
export function dropBlock(lines: readonly string[], { lead, end }: Block): string[] {
	const gap = isBlank(lines[lead - 1] ?? 'x') && isBlank(lines[end] ?? '') ? 1 : 0;
	return [...lines.slice(0, lead), ...lines.slice(end + gap)];
}
