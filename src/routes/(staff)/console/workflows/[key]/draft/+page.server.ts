import { error, redirect } from '@sveltejs/kit';
import { proposeChangeSchema, saveDraftSchema } from '$lib/contracts/workflow-changes';
import { keepDraft } from '$lib/server/flows/keep-draft';
import { proposeChange } from '$lib/server/flows/propose-change';
import { checkDraft, showDraft } from '$lib/server/flows/show-draft';
import { parts } from '$lib/server/web/app';
import { DRAFT_BYTES, readForm, sayRefusal } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import { mayDo } from '$lib/server/web/headers';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { permissions } = await requireStaff(event, 'workflow.read');
	mayDo(event, 'editor');
	const { key } = event.params;
	const draft = await showDraft(parts(), key);
	if (!draft.ok) error(404);
	return {
		draft: draft.value,
		problems: checkDraft(draft.value.source, key),
		mayEdit: permissions.includes('workflow.edit'),
		saved: event.url.searchParams.has('saved')
	};
};

export const actions = {
	save: async (event) => {
		const principal = await requireStaff(event, 'workflow.edit');
		const options = { more: { key: event.params.key }, most: DRAFT_BYTES };
		const form = await readForm(event.request, saveDraftSchema, options);
		const typed = form.fields.source ?? '';
		if (!form.ok) return sayRefusal('bad-input', { problem: form.problem, typed, conflict: null });
		const kept = await keepDraft(parts(), principal, form.value);
		if (kept.ok) redirect(303, `${event.url.pathname}?saved`);
		const conflict = kept.detail ?? null;
		return sayRefusal(kept.reason, { problem: undefined, typed, conflict });
	},
	propose: async (event) => {
		const principal = await requireStaff(event, 'workflow.edit');
		const more = { key: event.params.key };
		const form = await readForm(event.request, proposeChangeSchema, { more });
		const nothing = { typed: undefined, conflict: null };
		if (!form.ok) return sayRefusal('bad-input', { ...nothing, problem: form.problem });
		const proposed = await proposeChange(parts(), principal, form.value);
		if (proposed.ok) redirect(303, `/console/proposals/${proposed.value.id}`);
		return sayRefusal(proposed.reason, { ...nothing, problem: undefined });
	}
} satisfies Actions;
