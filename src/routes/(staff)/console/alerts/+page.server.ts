import { listAlerts } from '$lib/server/flows/list-alerts';
import { parts } from '$lib/server/web/app';
import { requireStaff } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await requireStaff(event, 'figures.read');
	return { alerts: await listAlerts(parts()) };
};
