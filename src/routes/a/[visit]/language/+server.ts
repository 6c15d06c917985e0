import { redirect } from '@sveltejs/kit';
import { chooseLanguage } from '$lib/server/flows/choose-language';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { requireVisit } from '$lib/server/web/guards';
import { requireRoom } from '$lib/server/web/link-presses';
import { nextStep } from '$lib/server/web/turns';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
	const visit = await requireVisit(event);
	const { language = '', back = '' } = await formFields(event.request);
	await requireRoom(event, visit);
	await chooseLanguage(parts(), visit, language);
	const base = `/a/${visit.id}`;
	const step = back.startsWith(`${base}/`) ? back.slice(base.length + 1) : '';
	const known = nextStep(step) ?? ['verify', 'help'].find((page) => page === step);
	redirect(303, known ? `${base}/${known}` : base);
};
