import { redirect } from '@sveltejs/kit';
import { messagesStopped } from '$lib/server/flows/messages-stopped';
import { stopMessages } from '$lib/server/flows/stop-messages';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { chromeOf } from '$lib/server/web/frame';
import { requireLink } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const opened = await requireLink(event);
	return {
		chrome: chromeOf(event, opened, `/l/${event.params.token}`),
		stopped: await messagesStopped(parts(), opened),
		missing: event.url.searchParams.get('said') === 'missing'
	};
};

export const actions: Actions = {
	// Without the tick nothing stops: a scanner that presses every button must not opt anybody out.
	default: async (event) => {
		const opened = await requireLink(event);
		const { sure } = await formFields(event.request);
		if (sure) await stopMessages(parts(), opened);
		redirect(303, `/l/${event.params.token}/stop${sure ? '' : '?said=missing'}`);
	}
};
