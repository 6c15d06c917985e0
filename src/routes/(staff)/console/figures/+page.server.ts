import { figuresQuerySchema } from '$lib/contracts/figures';
import { readFigures } from '$lib/server/flows/read-figures';
import { parts } from '$lib/server/web/app';
import { refusePage } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await requireStaff(event, 'figures.read');
	const query = figuresQuerySchema.safeParse(Object.fromEntries(event.url.searchParams));
	if (!query.success) return refusePage('bad-input');
	const figures = await readFigures(parts(), query.data);
	if (!figures.ok) return refusePage(figures.reason);
	const { workflow, version, from, to } = figures.value;
	const csv = new URLSearchParams({ workflow, version: String(version || ''), from, to });
	return { view: figures.value, csv: csv.toString() };
};
