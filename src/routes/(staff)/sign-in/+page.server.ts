import { redirect } from '@sveltejs/kit';
import { parts } from '$lib/server/web/app';
import { askStaff } from '$lib/server/web/guards';
import { formFields } from '$lib/server/web/forms';
import { signIn } from '$lib/server/flows/sign-in';
import { sourceOf } from '$lib/server/web/source';
import { giveSession } from '$lib/server/web/staff-cookie';
import { startPage, sayTries, staffNext } from '$lib/server/web/staff-turns';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const found = await askStaff(event);
	const next = staffNext(event.url);
	if (found) redirect(303, next ?? startPage(found));
	return { next, said: event.url.searchParams.get('said') === 'out' };
};

export const actions = {
	default: async (event) => {
		await askStaff(event);
		const { email = '', password = '' } = await formFields(event.request);
		// The database refuses U+0000, and no address holds it.
		const given = {
			email: email.slice(0, 254).replaceAll('\0', ''),
			password: password.slice(0, 1000)
		};
		const source = sourceOf(event);
		const signed = await signIn(parts(), { ...given, source });
		if (!signed.ok) return sayTries(signed.reason, signed.detail, { email: given.email });
		giveSession(event, signed.value.secret);
		const next = staffNext(event.url);
		const query = next ? `?next=${encodeURIComponent(next)}` : '';
		redirect(303, signed.value.half ? `/sign-in/code${query}` : `/sign-in${query}`);
	}
} satisfies Actions;
