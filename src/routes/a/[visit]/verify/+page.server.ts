import { redirect } from '@sveltejs/kit';
import { checkCode } from '$lib/server/flows/check-code';
import { checkFacts } from '$lib/server/flows/check-facts';
import { requestCode } from '$lib/server/flows/request-code';
import { showVerify } from '$lib/server/flows/show-verify';
import { parts } from '$lib/server/web/app';
import { goOn } from '$lib/server/web/cookies';
import { formFields } from '$lib/server/web/forms';
import { chromeOf } from '$lib/server/web/frame';
import { requireVisit, seesCase } from '$lib/server/web/guards';
import { sourceOf } from '$lib/server/web/source';
import { verifySaid } from '$lib/ui/texts/verify-said';
import { actionOf, nextStep, verifyPath } from '$lib/server/web/turns';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const visit = await requireVisit(event);
	const next = nextStep(event.url.searchParams.get('next'));
	const view = await showVerify(parts(), visit, actionOf(next));
	if (!view) redirect(303, `/a/${visit.id}/${next ?? ''}`);
	const chrome = chromeOf(event, visit, `/a/${visit.id}`);
	const said = verifySaid(event.url, visit.language, view);
	return { chrome, view, next, said, more: seesCase(visit) };
};

const CHANNELS = ['sms', 'whatsapp', 'email'] as const;

// Every press ends in a redirect, also a wrong one: a refresh must not spend another try.
export const actions: Actions = {
	send: async (event) => {
		const visit = await requireVisit(event);
		const form = await formFields(event.request);
		const next = nextStep(form['next']);
		const channel = CHANNELS.find((one) => one === form['channel']) ?? 'sms';
		const sent = await requestCode(parts(), visit, channel, sourceOf(event), actionOf(next));
		redirect(303, verifyPath(visit.id, { said: sent.ok ? undefined : sent.reason, next }));
	},
	check: async (event) => {
		const visit = await requireVisit(event);
		const form = await formFields(event.request);
		const next = nextStep(form['next']);
		const checked = await checkCode(parts(), visit, form['code'], sourceOf(event));
		if (checked.ok) goOn(event, checked.value, next);
		const { reason: said, detail } = checked;
		redirect(303, verifyPath(visit.id, { said, left: detail?.left, next }));
	},
	facts: async (event) => {
		const visit = await requireVisit(event);
		const form = await formFields(event.request);
		const next = nextStep(form['next']);
		const typed = Object.entries(form).flatMap(([name, answer]) =>
			name.startsWith('fact.') ? [[name.slice(5), answer] as const] : []
		);
		const answers = Object.fromEntries(typed);
		const checked = await checkFacts(parts(), visit, answers, actionOf(next));
		if (checked.ok) goOn(event, checked.value, next);
		redirect(303, verifyPath(visit.id, { said: checked.reason, next }));
	}
};
