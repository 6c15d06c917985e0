import type { Agent } from 'node:http';
import { BUDGET } from '../support/budget.ts';
import { LANGUAGES, STARTERS } from '../support/starters.ts';
import { weighPages } from './sizes.ts';
import type { Stage } from './stage.ts';
import { printTable } from './table.ts';

/** The heaviest of the pages of one name, of one starter in one language. */
interface Size {
	page: string;
	workflow: string;
	language: string;
	bytes: number;
}

/** Bytes of every customer page of every starter in every language, as the server sends them. */
export async function weighAll(stage: Stage, agent: Agent): Promise<Size[]> {
	const sizes = new Map<string, Size>();
	for (const language of LANGUAGES)
		for (const starter of STARTERS)
			await weighPages({
				stage,
				agent,
				starter,
				language,
				weigh(page, { status, body }) {
					const { workflow } = starter;
					const name = [workflow, language, page].join(', ');
					// What leads elsewhere, or is not ours, would be light and say nothing.
					if (![200, 404].includes(status) || !body.includes('<main'))
						throw new Error(`${name}: ${status} is no page`);
					const bytes = Math.max(body.length, sizes.get(name)?.bytes ?? 0);
					sizes.set(name, { page, workflow, language, bytes });
				}
			});
	return [...sizes.values()];
}

/** A line a page, a column a workflow: the heaviest of the languages, and which that is. */
export function printSizes(sizes: Size[]): void {
	const heaviest = (found: Size[]): Size | undefined =>
		found.toSorted((one, other) => other.bytes - one.bytes)[0];
	const rows = [...new Set(sizes.map(({ page }) => page))].map((page) => {
		const own = sizes.filter((size) => size.page === page);
		const cells = STARTERS.map(({ workflow }) => {
			const most = heaviest(own.filter((size) => size.workflow === workflow));
			return most ? `${most.bytes.toLocaleString('en')} ${most.language}` : '';
		});
		return [page, ...cells, `${Math.round(((heaviest(own)?.bytes ?? 0) / BUDGET) * 100)} %`];
	});
	printTable(
		`Bytes of a page before compression, the most of ${LANGUAGES.join(', ')}; budget ${BUDGET.toLocaleString('en')}`,
		['page', ...STARTERS.map(({ workflow }) => workflow), 'of the budget'],
		rows
	);
}
