import { isMap, isNode, isScalar, isSeq, type Document, type LineCounter } from 'yaml';
import type { Path } from '../../domain/workflow/problem.ts';

/** From 1, as editors count. */
export interface Position {
	line: number;
	column: number;
}

/**
 * Where a path stands in the source: its key, or for something that is missing, the key of the
 * nearest thing around it that is there.
 */
export function locate(yaml: Document.Parsed, lines: LineCounter, path: Path): Position {
	let node: unknown = yaml.contents;
	let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
	for (const part of path) {
		if (isMap(node)) {
			const pair = node.items.find(
				({ key }) => isScalar(key) && String(key.value) === String(part)
			);
			if (!pair) break;
			if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
			node = pair.value;
		} else if (isSeq(node)) {
			node = node.items[Number(part)];
			if (!isNode(node)) break;
			offset = node.range?.[0] ?? offset;
		} else break;
	}
	const { line, col } = lines.linePos(offset);
	return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
