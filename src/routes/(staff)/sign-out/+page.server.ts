import { redirect } from '@sveltejs/kit';
import { signOut } from '$lib/server/flows/load-session';
import { parts } from '$lib/server/web/app';
import { requireSession } from '$lib/server/web/guards';
import { dropSession } from '$lib/server/web/staff-cookie';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await requireSession(event);
	redirect(303, '/sign-in');
};

export const actions = {
	default: async (event) => {
		await signOut(parts(), await requireSession(event));
		dropSession(event);
		redirect(303, '/sign-in?said=out');
	}
} satisfies Actions;
