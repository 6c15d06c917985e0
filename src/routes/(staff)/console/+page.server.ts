import { figuresQuerySchema } from '$lib/contracts/figures';
import { listAlerts } from '$lib/server/flows/list-alerts';
import { readFigures } from '$lib/server/flows/read-figures';
import { surveyWorkflows } from '$lib/server/flows/survey-workflows';
import { parts } from '$lib/server/web/app';
import { requireStaff } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

/** How things stand: what is outside its bound, what waits for somebody. */
export const load: PageServerLoad = async (event) => {
	const { permissions } = await requireStaff(event, 'figures.read');
	const figures = await readFigures(parts(), figuresQuerySchema.parse({}));
	const workflows = permissions.includes('workflow.read') ? await surveyWorkflows(parts()) : [];
	return {
		measures: figures.ok ? figures.value.measures : [],
		waiting: workflows.filter(({ proposal }) => proposal !== null),
		stopped: workflows.filter(({ off }) => off > 0),
		alerts: (await listAlerts(parts())).slice(0, 5)
	};
};
