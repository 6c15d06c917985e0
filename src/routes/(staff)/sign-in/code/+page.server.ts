import { redirect } from '@sveltejs/kit';
import { passSecondFactor } from '$lib/server/flows/pass-second-factor';
import { parts } from '$lib/server/web/app';
import { askStaff } from '$lib/server/web/guards';
import { formFields } from '$lib/server/web/forms';
import { giveSession, readSession } from '$lib/server/web/staff-cookie';
import { sayTries, staffNext } from '$lib/server/web/staff-turns';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await askStaff(event);
	if (readSession(event) === undefined) redirect(303, '/sign-in');
};

export const actions = {
	default: async (event) => {
		await askStaff(event);
		const { code = '' } = await formFields(event.request);
		const secret = readSession(event) ?? '';
		const passed = await passSecondFactor(parts(), { secret, code: code.slice(0, 40) });
		if (!passed.ok && passed.reason === 'gone') redirect(303, '/sign-in');
		if (!passed.ok) return sayTries(passed.reason as 'wrong' | 'too-many', passed.detail, {});
		giveSession(event, passed.value.secret);
		redirect(303, staffNext(event.url) ?? '/sign-in');
	}
} satisfies Actions;
