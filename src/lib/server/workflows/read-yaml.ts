import { createHash } from 'node:crypto';
import { LineCounter, visit, type Document } from 'yaml';
import { inWords } from '../../contracts/problem.ts';
import { workflowSchema } from '../../contracts/workflow.ts';
import { MOST_SOURCE } from '../../contracts/workflow-changes.ts';
import { checkUnshaped, compileWorkflow } from '../../domain/policy/compile.ts';
import type { CompiledWorkflow } from '../../domain/policy/compiled.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import type { Problem } from '../../domain/workflow/problem.ts';
import { canonicalContent } from './canonical.ts';
import { locate, type Position } from './locate.ts';
import { parseSource } from './parse-source.ts';
import { shapeProblems } from './shape-problems.ts';

export type PlacedProblem = Problem & Position;

export interface ReadWorkflow {
	document: WorkflowDocument;
	compiled: CompiledWorkflow;
	/** SHA-256 of the canonical content, hex: the same for the same content however it is laid out. */
	hash: string;
}

/** More mistakes than anybody corrects at once; finding the place of each takes its time. */
const MOST_PROBLEMS = 200;

/**
 * Reads a workflow document from YAML or JSON. Fails with `bad-workflow` and every problem found (of
 * very many the first), each with line and column (from 1), field, message and cure, in the order of the source.
 */
export function readWorkflow(
	source: string
): Result<ReadWorkflow, 'bad-workflow', PlacedProblem[]> {
	const lines = new LineCounter();
	const opened = open(source, lines);
	if (!opened.ok) return opened;
	const { yaml, raw } = opened.value;

	const parsed = workflowSchema.safeParse(raw, { error: inWords });
	const compiled = parsed.success ? compileWorkflow(parsed.data) : undefined;
	if (parsed.success && compiled?.ok) {
		const hash = createHash('sha256').update(canonicalContent(parsed.data)).digest('hex');
		return ok({ document: parsed.data, compiled: compiled.value, hash });
	}
	const shape = parsed.success
		? []
		: shapeProblems(parsed.error.issues, raw).slice(0, MOST_PROBLEMS);
	const meaning = compiled && !compiled.ok ? compiled.problems : checkUnshaped(raw);
	const placed = [...shape, ...meaning.filter((one) => !shape.some((other) => covers(other, one)))]
		.map((problem) => ({ ...problem, ...locate(yaml, lines, problem.path) }))
		.sort((a, b) => a.line - b.line || a.column - b.column);
	return fail('bad-workflow', placed);
}

/** A wrong shape explains what is said about the same place or below it. */
const covers = (shape: Problem, other: Problem): boolean =>
	shape.path.every((part, index) => other.path[index] === part);

function open(
	source: string,
	lineCounter: LineCounter
): Result<{ yaml: Document.Parsed; raw: unknown }, 'bad-workflow', PlacedProblem[]> {
	if (source.length > MOST_SOURCE)
		return fail('bad-workflow', [
			unreadable('Is longer than a workflow can be', `Stay below ${MOST_SOURCE} characters.`)
		]);
	try {
		const yaml = parseSource(source, lineCounter);
		const faults = [...yaml.errors, ...yaml.warnings].slice(0, MOST_PROBLEMS).map((error) => ({
			...unreadable(
				error.message,
				error.code === 'DUPLICATE_KEY'
					? 'Keep one of the two: the other would be lost.'
					: 'Correct the YAML here: indentation, quotes, colons.'
			),
			...place(lineCounter, error.pos[0])
		}));
		// An alias can blow a small file up to gigabytes, and hides what a reader approves.
		visit(yaml, {
			Alias: (_, node) => {
				if (faults.length >= MOST_PROBLEMS) return visit.BREAK;
				const message = `The alias *${node.source} is not allowed`;
				const at = place(lineCounter, node.range?.[0] ?? 0);
				faults.push({ ...unreadable(message, 'Write its content out here.'), ...at });
				return undefined;
			}
		});
		if (faults.length > 0) return fail('bad-workflow', faults);
		return ok({ yaml, raw: yaml.toJS() as unknown });
	} catch {
		// Nesting beyond the stack ends in a RangeError of the parser.
		return fail('bad-workflow', [
			unreadable('Cannot be read as YAML', 'Check the nesting; start from one of the starters.')
		]);
	}
}

const unreadable = (message: string, cure: string): PlacedProblem => ({
	path: [],
	field: '',
	message,
	cure,
	line: 1,
	column: 1
});

function place(lines: LineCounter, offset: number): Position {
	const { line, col } = lines.linePos(offset);
	return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
