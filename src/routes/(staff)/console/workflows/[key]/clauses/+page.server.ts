import { redirect } from '@sveltejs/kit';
import { clauseEditSchema, gatherClause } from '$lib/contracts/clause-edits';
import { editClause } from '$lib/server/flows/edit-clause';
import { checkDraft, clauseTable, showDraft } from '$lib/server/flows/show-draft';
import { parts } from '$lib/server/web/app';
import { readForm, refusePage, sayRefusal } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { permissions } = await requireStaff(event, 'workflow.read');
	const { key } = event.params;
	const draft = await showDraft(parts(), key);
	if (!draft.ok) return refusePage(draft.reason);
	const { source, ...shown } = draft.value;
	return {
		draft: shown,
		table: clauseTable(source),
		problems: checkDraft(source, key),
		mayEdit: permissions.includes('workflow.edit')
	};
};

export const actions = {
	default: async (event) => {
		const principal = await requireStaff(event, 'workflow.edit');
		const form = await readForm(event.request, clauseEditSchema, {
			gather: gatherClause,
			more: { key: event.params.key }
		});
		const { fields: typed } = form;
		if (!form.ok) return sayRefusal('bad-input', { problem: form.problem, typed });
		const edited = await editClause(parts(), principal, form.value);
		const { action } = form.value;
		if (edited.ok) redirect(303, `${event.url.pathname}#${action}`);
		return sayRefusal(edited.reason, { problem: edited.detail, typed });
	}
} satisfies Actions;
