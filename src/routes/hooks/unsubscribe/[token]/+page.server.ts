import { redirect } from '@sveltejs/kit';
import { unsubscribe } from '$lib/server/flows/unsubscribe';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { plainChrome } from '$lib/server/web/frame';
import { requireUnsubscribe } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { language, stopped } = await requireUnsubscribe(event);
	const missing = event.url.searchParams.get('said') === 'missing';
	return { chrome: plainChrome(event, language), stopped, missing };
};

export const actions: Actions = {
	// RFC 8058: a mail program posts this and no cookie, and it holds at once. On the page a tick says
	// it, so that a scanner which presses every button opts nobody out. No redirect answers the post:
	// mail programs do not follow one.
	default: async (event) => {
		const opened = await requireUnsubscribe(event);
		const { sure, 'List-Unsubscribe': click } = await formFields(event.request);
		if (click !== 'One-Click' && !sure)
			redirect(303, `/hooks/unsubscribe/${event.params.token}?said=missing`);
		await unsubscribe(parts(), opened);
	}
};
