import { redirect } from '@sveltejs/kit';
import { showReceipt } from '$lib/server/flows/show-receipt';
import { parts } from '$lib/server/web/app';
import { chromeOf } from '$lib/server/web/frame';
import { requireVerified } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const visit = await requireVerified(event, 'receipt');
	const base = `/a/${visit.id}`;
	const view = await showReceipt(parts(), visit);
	if (!view) redirect(303, base);
	return { chrome: chromeOf(event, visit, base), view };
};
