import { error } from '@sveltejs/kit';
import { FIGURE_TABLES, figuresQuerySchema } from '$lib/contracts/figures';
import { figuresCsv } from '$lib/server/flows/figures-csv';
import { readFigures } from '$lib/server/flows/read-figures';
import { parts } from '$lib/server/web/app';
import { refusePage } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	await requireStaff(event, 'figures.read');
	const table = FIGURE_TABLES.find((one) => one === event.params.table);
	if (!table) error(404);
	const query = figuresQuerySchema.safeParse(Object.fromEntries(event.url.searchParams));
	if (!query.success) return refusePage('bad-input');
	const figures = await readFigures(parts(), query.data);
	if (!figures.ok) return refusePage(figures.reason);
	const { from, to } = figures.value;
	return new Response(figuresCsv(figures.value, table), {
		headers: {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': `attachment; filename="${table}-${from}-${to}.csv"`
		}
	});
};
