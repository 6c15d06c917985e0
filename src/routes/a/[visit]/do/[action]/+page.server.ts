import { redirect } from '@sveltejs/kit';
import { chooseAction } from '$lib/server/flows/choose-action';
import { fillAction } from '$lib/server/flows/fill-action';
import { saveDraft } from '$lib/server/flows/save-draft';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { chromeOf } from '$lib/server/web/frame';
import { requireVerified } from '$lib/server/web/guards';
import { turn } from '$lib/server/web/turns';
import type { Actions, PageServerLoad } from './$types';

const stepOf = ({ params }: { params: { action: string } }) => `do/${params.action}`;

export const load: PageServerLoad = async (event) => {
	const visit = await requireVerified(event, stepOf(event));
	const draft = event.url.searchParams.get('draft') ?? undefined;
	const filled = await fillAction(parts(), visit, event.params.action, draft);
	if (!filled.ok) turn(visit.id, filled.reason, stepOf(event));
	return { chrome: chromeOf(event, visit, `/a/${visit.id}`), view: filled.value };
};

export const actions: Actions = {
	/** Chosen: what needs no input goes straight to the review. */
	start: async (event) => {
		const visit = await requireVerified(event, stepOf(event));
		const { action } = event.params;
		const chosen = await chooseAction(parts(), visit, action);
		if (!chosen.ok) turn(visit.id, chosen.reason, stepOf(event));
		const { draftId } = chosen.value;
		redirect(303, `/a/${visit.id}/${draftId ? `review/${draftId}` : `do/${action}`}`);
	},
	/** Every press ends in a redirect, so that Back and reload show a page and send nothing again. */
	save: async (event) => {
		const visit = await requireVerified(event, stepOf(event));
		const form = await formFields(event.request);
		const { action } = event.params;
		const saved = await saveDraft(parts(), visit, action, form);
		if (saved.ok) redirect(303, `/a/${visit.id}/review/${saved.value.draftId}`);
		// What was typed is kept under the draft's id: it must not travel in an address.
		if (saved.reason === 'invalid-input' && saved.detail)
			redirect(303, `/a/${visit.id}/do/${action}?draft=${saved.detail.draftId}`);
		turn(visit.id, saved.reason === 'invalid-input' ? 'not-eligible' : saved.reason, stepOf(event));
	}
};
