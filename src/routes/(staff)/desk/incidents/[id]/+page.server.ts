import { error } from '@sveltejs/kit';
import { queueQuery } from '$lib/contracts/desk';
import { showIncident } from '$lib/server/flows/show-incident';
import { parts } from '$lib/server/web/app';
import { requireStaff } from '$lib/server/web/guards';
import { pressForAll, pressToStop } from '$lib/server/web/incident-acts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const who = await requireStaff(event, 'desk.read');
	const { searchParams } = event.url;
	const { cursor } = queueQuery.parse(Object.fromEntries(searchParams));
	const shown = await showIncident(parts(), who, event.params.id, cursor);
	if (!shown.ok) error(404);
	return {
		...shown.value,
		may: {
			work: who.permissions.includes('desk.work'),
			propose: who.permissions.includes('writeback.propose'),
			approve: who.permissions.includes('writeback.approve')
		},
		done: searchParams.get('done')
	};
};

export const actions: Actions = {
	claim: async (event) => pressForAll(event, await requireStaff(event, 'desk.work'), 'claim'),
	decide: async (event) => pressForAll(event, await requireStaff(event, 'desk.work'), 'decide'),
	propose: async (event) =>
		pressForAll(event, await requireStaff(event, 'writeback.propose'), 'propose'),
	settle: async (event) =>
		pressForAll(event, await requireStaff(event, 'writeback.approve', { fresh: true }), 'settle'),
	/** Who may stop which act, its own permission says. */
	cancel: async (event) => pressToStop(event, await requireStaff(event, 'desk.read'))
};
