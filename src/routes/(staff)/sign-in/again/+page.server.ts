import { redirect } from '@sveltejs/kit';
import { confirmAgain } from '$lib/server/flows/confirm-again';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { requireSession } from '$lib/server/web/guards';
import { giveSession } from '$lib/server/web/staff-cookie';
import { sayTries, staffNext, startPage } from '$lib/server/web/staff-turns';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { totp } = await requireSession(event);
	return { totp };
};

export const actions = {
	default: async (event) => {
		const principal = await requireSession(event);
		const { proof = '' } = await formFields(event.request);
		const confirmed = await confirmAgain(parts(), principal, proof.slice(0, 1000));
		if (!confirmed.ok) return sayTries(confirmed.reason, confirmed.detail, {});
		giveSession(event, confirmed.value.secret);
		redirect(303, staffNext(event.url) ?? startPage(principal));
	}
} satisfies Actions;
