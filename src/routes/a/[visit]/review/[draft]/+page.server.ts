import { redirect } from '@sveltejs/kit';
import { showReview } from '$lib/server/flows/show-review';
import { submitAction } from '$lib/server/flows/submit-action';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { chromeOf } from '$lib/server/web/frame';
import { requireVerified } from '$lib/server/web/guards';
import { turn } from '$lib/server/web/turns';
import type { Actions, PageServerLoad } from './$types';

/** An action that asks for more, or for other input, is gone on with from its own page. */
const stepBack = (
	event: { params: { draft: string } },
	{ detail }: { detail?: { action?: string } }
) => (detail?.action ? `do/${detail.action}?draft=${event.params.draft}` : stepOf(event));

const stepOf = ({ params }: { params: { draft: string } }) => `review/${params.draft}`;

export const load: PageServerLoad = async (event) => {
	const visit = await requireVerified(event, stepOf(event));
	const review = await showReview(parts(), visit, event.params.draft);
	if (!review.ok) turn(visit.id, review.reason, stepBack(event, review));
	const view = review.value;
	return {
		chrome: chromeOf(event, visit, `/a/${visit.id}`),
		view,
		changed: event.url.searchParams.has('changed'),
		editable: (visit.workflow.document.actions[view.action]?.inputs.length ?? 0) > 0
	};
};

export const actions: Actions = {
	default: async (event) => {
		const visit = await requireVerified(event, stepOf(event));
		const { shown = '' } = await formFields(event.request);
		const submitted = await submitAction(parts(), visit, event.params.draft, shown);
		if (!submitted.ok) turn(visit.id, submitted.reason, stepBack(event, submitted));
		redirect(303, `/a/${visit.id}/receipt`);
	}
};
