import { redirect } from '@sveltejs/kit';
import { chooseLanguage } from '$lib/server/flows/choose-language';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { requireLink } from '$lib/server/web/guards';
import { requireRoom } from '$lib/server/web/link-presses';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
	const opened = await requireLink(event);
	const { language = '', back = '' } = await formFields(event.request);
	await requireRoom(event, opened);
	await chooseLanguage(parts(), opened, language);
	const here = `/l/${event.params.token}`;
	redirect(303, back === `${here}/stop` ? back : here);
};
