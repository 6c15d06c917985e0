import { redirect } from '@sveltejs/kit';
import { askPerson } from '$lib/server/flows/ask-person';
import { postpone } from '$lib/server/flows/postpone';
import { reportNotMe } from '$lib/server/flows/report-not-me';
import { showHelp } from '$lib/server/flows/show-help';
import { stopMessages } from '$lib/server/flows/stop-messages';
import { endVisit } from '$lib/server/flows/end-visit';
import { parts } from '$lib/server/web/app';
import { leave } from '$lib/server/web/cookies';
import { formFields } from '$lib/server/web/forms';
import { chromeOf } from '$lib/server/web/frame';
import { requireTicked, requireVisit } from '$lib/server/web/guards';
import { refusedHelp } from '$lib/ui/texts/requested';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const visit = await requireVisit(event);
	const view = await showHelp(parts(), visit);
	return { chrome: chromeOf(event, visit, `/a/${visit.id}`), view, said: refusedHelp(event.url) };
};

function back({ id }: { id: string }, where: string): never {
	redirect(303, `/a/${id}/help${where}`);
}

export const actions: Actions = {
	person: async (event) => {
		const visit = await requireTicked(event);
		await askPerson(parts(), visit);
		back(visit, '#person');
	},
	later: async (event) => {
		const visit = await requireVisit(event);
		const { days: chosen } = await formFields(event.request);
		const days = ([1, 3, 7] as const).find((day) => String(day) === chosen);
		if (!days) return back(visit, '?said=missing.days');
		const later = await postpone(parts(), visit, days);
		back(visit, later.ok ? '#later' : `?said=later.${later.reason}`);
	},
	'not-me': async (event) => {
		const visit = await requireTicked(event);
		await reportNotMe(parts(), visit);
		leave(event, visit, 'not-me');
	},
	stop: async (event) => {
		const visit = await requireTicked(event);
		await stopMessages(parts(), visit);
		back(visit, '#stop');
	},
	finish: async (event) => {
		const visit = await requireVisit(event);
		await endVisit(parts(), visit);
		leave(event, visit, 'finished');
	}
};
