import { error, redirect } from '@sveltejs/kit';
import { proposeRollbackSchema } from '$lib/contracts/workflow-changes';
import { listProposals } from '$lib/server/flows/list-proposals';
import { listSwitches } from '$lib/server/flows/list-switches';
import { proposeRollback } from '$lib/server/flows/propose-rollback';
import { showDraft } from '$lib/server/flows/show-draft';
import { listVersions } from '$lib/server/flows/survey-workflows';
import { parts } from '$lib/server/web/app';
import { readForm, sayRefusal } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id, permissions } = await requireStaff(event, 'workflow.read');
	const { key } = event.params;
	const draft = await showDraft(parts(), key);
	if (!draft.ok) error(404);
	const [before] = /^\d{1,9}$/.exec(event.url.searchParams.get('before') ?? '') ?? [];
	const { versions, next } = await listVersions(
		parts(),
		key,
		before === undefined ? undefined : Number(before)
	);
	const { proposals } = await listProposals(parts(), { key });
	const { revision, latest, editedBy, editedAt } = draft.value;
	const shown = { revision, latest, editedBy, editedAt };
	const mayEdit = permissions.includes('workflow.edit');
	const { off } = await listSwitches(parts(), key, { id });
	return { key, draft: shown, versions, next, proposals, mayEdit, off };
};

export const actions = {
	restore: async (event) => {
		const principal = await requireStaff(event, 'workflow.edit');
		const { key } = event.params;
		const form = await readForm(event.request, proposeRollbackSchema, { more: { key } });
		if (!form.ok) return sayRefusal('bad-input', form);
		const proposed = await proposeRollback(parts(), principal, form.value);
		if (!proposed.ok) return sayRefusal(proposed.reason, { problem: undefined });
		redirect(303, `/console/proposals/${proposed.value.id}`);
	}
} satisfies Actions;
