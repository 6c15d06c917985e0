import { redirect } from '@sveltejs/kit';
import { saveDraftSchema } from '$lib/contracts/workflow-changes';
import { saveWorkflowDraft } from '$lib/server/flows/save-workflow-draft';
import { surveyWorkflows } from '$lib/server/flows/survey-workflows';
import { parts } from '$lib/server/web/app';
import { readForm, sayRefusal } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { permissions } = await requireStaff(event, 'workflow.read');
	const mayEdit = permissions.includes('workflow.edit');
	return { workflows: await surveyWorkflows(parts()), mayEdit };
};

export const actions = {
	begin: async (event) => {
		const principal = await requireStaff(event, 'workflow.edit');
		const form = await readForm(event.request, saveDraftSchema, {
			gather: (fields) => ({ ...fields, source: `workflow: ${fields.key}\n` }),
			more: { revision: 0 }
		});
		if (!form.ok) return sayRefusal('bad-input', form);
		const begun = await saveWorkflowDraft(parts(), principal, form.value);
		if (!begun.ok) return sayRefusal(begun.reason, { fields: form.fields, problem: undefined });
		redirect(303, `/console/workflows/${form.value.key}/draft`);
	}
} satisfies Actions;
