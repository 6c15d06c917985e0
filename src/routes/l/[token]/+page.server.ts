import { redirect } from '@sveltejs/kit';
import { startVisit } from '$lib/server/flows/start-visit';
import { parts } from '$lib/server/web/app';
import { giveTicket } from '$lib/server/web/cookies';
import { formFields } from '$lib/server/web/forms';
import { chromeOf } from '$lib/server/web/frame';
import { requireLink } from '$lib/server/web/guards';
import { requireRoom } from '$lib/server/web/link-presses';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const opened = await requireLink(event);
	return { chrome: chromeOf(event, opened, `/l/${event.params.token}`), view: opened.landing };
};

export const actions: Actions = {
	/** The first deliberate press. */
	default: async (event) => {
		const opened = await requireLink(event);
		const { go } = await formFields(event.request);
		await requireRoom(event, opened);
		const ticket = await startVisit(parts(), opened);
		giveTicket(event, ticket);
		redirect(303, `/a/${ticket.visitId}/${go === 'help' ? 'help' : 'verify'}`);
	}
};
