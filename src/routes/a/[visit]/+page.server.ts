import { redirect } from '@sveltejs/kit';
import { showActions } from '$lib/server/flows/show-actions';
import { showReceipt } from '$lib/server/flows/show-receipt';
import { parts } from '$lib/server/web/app';
import { chromeOf } from '$lib/server/web/frame';
import { requireVerified } from '$lib/server/web/guards';
import { saidText } from '$lib/ui/texts/requested';
import type { PageServerLoad } from './$types';

/** What is done comes first: the choice stands behind the receipt, and only if there is one. */
export const load: PageServerLoad = async (event) => {
	const visit = await requireVerified(event);
	const base = `/a/${visit.id}`;
	const receipt = await showReceipt(parts(), visit);
	const more = event.url.searchParams.has('more');
	if (receipt && !(receipt.others && more)) redirect(303, `${base}/receipt`);
	return {
		chrome: chromeOf(event, visit, base),
		view: await showActions(parts(), visit),
		said: saidText(event.url, visit.language),
		earlier: receipt !== null
	};
};
