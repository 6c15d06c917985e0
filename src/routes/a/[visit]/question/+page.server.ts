import { redirect } from '@sveltejs/kit';
import { answerInput } from '$lib/server/flows/answer-input';
import { showQuestion } from '$lib/server/flows/show-question';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { chromeOf } from '$lib/server/web/frame';
import { requireVerified } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

const STEP = 'question';

export const load: PageServerLoad = async (event) => {
	const visit = await requireVerified(event, STEP);
	const draft = event.url.searchParams.get('draft') ?? undefined;
	const view = await showQuestion(parts(), visit, draft);
	if (!view) redirect(303, `/a/${visit.id}?more`);
	return { chrome: chromeOf(event, visit, `/a/${visit.id}`), view };
};

export const actions: Actions = {
	default: async (event) => {
		const visit = await requireVerified(event, STEP);
		const [typed = ''] = Object.values(await formFields(event.request));
		const answered = await answerInput(parts(), visit, typed);
		// What was typed is kept under the draft's id: it must not travel in an address.
		if (!answered.ok && answered.reason === 'invalid-input')
			redirect(303, `/a/${visit.id}/question?draft=${answered.detail?.draftId ?? ''}`);
		redirect(303, `/a/${visit.id}?more&said=${answered.ok ? 'answered' : ''}`);
	}
};
