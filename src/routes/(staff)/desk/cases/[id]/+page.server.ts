import { error } from '@sveltejs/kit';
import { revealField } from '$lib/server/flows/reveal-field';
import { showDeskCase } from '$lib/server/flows/show-desk-case';
import { parts } from '$lib/server/web/app';
import { press } from '$lib/server/web/desk-acts';
import { formFields } from '$lib/server/web/forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const who = await requireStaff(event, 'desk.read');
	const shown = await showDeskCase(parts(), who, event.params.id);
	if (!shown.ok) error(404);
	return {
		case: shown.value,
		may: {
			work: who.permissions.includes('desk.work'),
			reveal: who.permissions.includes('personal.reveal'),
			propose: who.permissions.includes('writeback.propose'),
			approve: who.permissions.includes('writeback.approve')
		},
		done: event.url.searchParams.get('done')
	};
};

export const actions: Actions = {
	claim: async (event) => press(event, await requireStaff(event, 'desk.work'), 'claim'),
	'hand-back': async (event) => press(event, await requireStaff(event, 'desk.work'), 'hand-back'),
	decide: async (event) => press(event, await requireStaff(event, 'desk.work'), 'decide'),
	ask: async (event) => press(event, await requireStaff(event, 'desk.work'), 'ask'),
	grant: async (event) => press(event, await requireStaff(event, 'desk.work'), 'grant'),
	correct: async (event) => press(event, await requireStaff(event, 'desk.work'), 'correct'),
	'take-answer': async (event) =>
		press(event, await requireStaff(event, 'desk.work'), 'take-answer'),
	identify: async (event) =>
		press(event, await requireStaff(event, 'desk.work', { fresh: true }), 'identify'),
	note: async (event) => press(event, await requireStaff(event, 'desk.work'), 'note'),
	assign: async (event) => press(event, await requireStaff(event, 'desk.work'), 'assign'),
	propose: async (event) => press(event, await requireStaff(event, 'writeback.propose'), 'propose'),
	settle: async (event) =>
		press(event, await requireStaff(event, 'writeback.approve', { fresh: true }), 'settle'),
	/** Shown once, in the answer to the press that asked for it. */
	reveal: async (event) => {
		const who = await requireStaff(event, 'personal.reveal');
		const { field = '' } = await formFields(event.request);
		const revealed = await revealField(parts(), who, event.params.id, field.slice(0, 100));
		if (!revealed.ok) error(404);
		return { revealed: { field, text: revealed.value.text } };
	}
};
