import { fail, redirect } from '@sveltejs/kit';
import { phoneSaysSchema } from '$lib/contracts/phone';
import { listHandsets } from '$lib/server/flows/list-handsets';
import { readHandset } from '$lib/server/flows/read-handset';
import { sayFromPhone } from '$lib/server/flows/say-from-phone';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { requireDemo } from '$lib/server/web/guards';
import { APPS } from '$lib/ui/phone/view';
import type { Actions, PageServerLoad } from './$types';

// The one page for the demo's audience: it looks for new messages by script.
export const csr = true;

export const load: PageServerLoad = async ({ url }) => {
	requireDemo();
	const asked = (name: string) => url.searchParams.get(name)?.slice(0, 200) || undefined;
	const [query, id, app] = [asked('q'), asked('handset'), asked('app')];
	const list = await listHandsets(parts(), { query, cursor: asked('cursor') });
	const more = new URLSearchParams({ ...(query && { q: query }), cursor: list.cursor ?? '' });
	const handset = id ? await readHandset(parts(), id) : null;
	return {
		query: query ?? '',
		handsets: list.handsets,
		more: list.cursor ? `/phone?${more}` : undefined,
		handset: id && handset ? { id, ...handset } : undefined,
		app: APPS.find(({ channel }) => channel === app)?.channel
	};
};

export const actions: Actions = {
	/** Also without a script: the page comes back with what was said. */
	default: async ({ request, url }) => {
		requireDemo();
		const { word, text, ...fields } = await formFields(request);
		const says = phoneSaysSchema.safeParse({ ...fields, text: word ?? text });
		if (!says.success) return fail(400, { reason: 'bad-input' as const });
		const said = await sayFromPhone(parts(), says.data);
		if (!said.ok) return fail(409, { reason: said.reason });
		redirect(303, `${url.pathname}${url.search}`);
	}
};
