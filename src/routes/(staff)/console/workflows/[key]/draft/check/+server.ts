import { json } from '@sveltejs/kit';
import { checkSchema } from '$lib/contracts/workflow-changes';
import { checkDraft } from '$lib/server/flows/show-draft';
import { DRAFT_BYTES, readForm } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

/** Every mistake of a text that is being typed; nothing is stored. */
export const POST: RequestHandler = async (event) => {
	await requireStaff(event, 'workflow.edit');
	const options = { more: { key: event.params.key }, most: DRAFT_BYTES };
	const form = await readForm(event.request, checkSchema, options);
	return json(form.ok ? checkDraft(form.value.source, form.value.key) : []);
};
