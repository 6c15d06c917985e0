import { error } from '@sveltejs/kit';
import { newSetUp, setUpAccount } from '$lib/server/flows/set-up-account';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { requireInvitation } from '$lib/server/web/guards';
import { readSetUp, saySetUp } from '$lib/server/web/set-up';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { email, name } = await requireInvitation(event);
	return { email, name, picture: newSetUp(email) };
};

export const actions = {
	default: async (event) => {
		const { email } = await requireInvitation(event);
		const given = readSetUp(await formFields(event.request));
		if (!given) error(400);
		const done = await setUpAccount(parts(), event.params.token, given);
		if (done.ok) return { done: true as const, recoveryCodes: done.value.recoveryCodes };
		if (done.reason === 'gone') error(404);
		return saySetUp(done.reason, email, given);
	}
} satisfies Actions;
