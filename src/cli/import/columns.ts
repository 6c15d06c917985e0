import type { WorkflowView } from '../../lib/contracts/api.ts';
import { REFUSED_COLUMNS, unsafe } from './refused-file.ts';

type Fact = WorkflowView['facts'][number];
type Put = (line: Line, cell: string) => void;

interface Line {
	workflow: string;
	customer?: string;
	language?: string;
	zone?: string;
	consent?: string[];
	contacts: Record<string, string>;
	facts: Record<string, string | number | boolean>;
}

/** Fixed columns; every other one is a fact. */
const FIXED: Record<string, Put> = {
	customer: (line, cell) => (line.customer = cell),
	language: (line, cell) => (line.language = cell),
	zone: (line, cell) => (line.zone = cell),
	// Channels, with a space or a comma between them.
	consent: (line, cell) => (line.consent = cell.split(/[\s,]+/)),
	sms: (line, cell) => (line.contacts['sms'] = cell),
	whatsapp: (line, cell) => (line.contacts['whatsapp'] = cell),
	email: (line, cell) => (line.contacts['email'] = cell)
};

/** What cannot be read as its type stays text: the API names the field and what it must be. */
function factValue({ type }: Fact, cell: string): string | number | boolean {
	if (type === 'boolean' && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
	const isWhole = (type === 'integer' || type === 'money') && /^-?\d{1,15}$/.test(cell);
	return isWhole ? Number(cell) : cell;
}

/**
 * How the columns of a file make lines for the API. An empty cell is left out. Problems are about
 * the header, and all of them are told at once.
 */
export function readHeader(
	header: readonly string[],
	workflow: WorkflowView
): { lineOf: (cells: readonly string[]) => string } | { problems: string[] } {
	const facts = new Map(workflow.facts.map((fact) => [fact.name, fact]));
	const names = header.map((name) => name.trim());
	const puts = names.map((name): Put | null | undefined => {
		if (REFUSED_COLUMNS.includes(name)) return null;
		const fact = facts.get(name);
		if (!fact) return Object.hasOwn(FIXED, name) ? FIXED[name] : undefined;
		return (line, cell) => (line.facts[name] = factValue(fact, cell));
	});
	const known = [...Object.keys(FIXED), ...facts.keys()].join(', ');
	const problems = [
		...names.flatMap((name, index) =>
			puts[index] === undefined ? [`Column "${name}" is none of: ${known}.`] : []
		),
		...names.flatMap((name, index) =>
			names.indexOf(name) === index ? [] : [`Column "${name}" stands there twice.`]
		),
		...(names.includes('customer') ? [] : ['There is no column "customer".'])
	];
	if (problems.length > 0) return { problems };
	return {
		lineOf(cells) {
			const line: Line = { workflow: workflow.key, contacts: {}, facts: {} };
			for (const [index, put] of puts.entries()) {
				const cell = unsafe(cells[index] ?? '').trim();
				if (cell) put?.(line, cell);
			}
			return JSON.stringify(line);
		}
	};
}
