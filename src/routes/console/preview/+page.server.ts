import { previewSchema } from '$lib/contracts/workflow-changes';
import { previewPage } from '$lib/server/flows/preview-page';
import { parts } from '$lib/server/web/app';
import { readForm, sayRefusal } from '$lib/server/web/console-forms';
import { plainFrame } from '$lib/server/web/frame';
import { requireStaff } from '$lib/server/web/guards';
import { mayDo } from '$lib/server/web/headers';
import type { Actions, PageServerLoad } from './$types';

/** The customer's page inside the console: the one page of ours that may stand in a frame of ours. */
export const load: PageServerLoad = async (event) => {
	const { frame: shown } = event.locals;
	await requireStaff(event, 'workflow.read');
	// After a press the page has the colours, language and direction of the customer's.
	if (event.request.method === 'POST' && shown) event.locals.frame = shown;
	mayDo(event, 'being-framed');
	return { frame: plainFrame('en') };
};

export const actions = {
	default: async (event) => {
		const principal = await requireStaff(event, 'workflow.read');
		const form = await readForm(event.request, previewSchema);
		if (!form.ok) return sayRefusal('bad-input', { shown: null });
		const shown = await previewPage(parts(), principal, form.value);
		if (!shown.ok) return sayRefusal(shown.reason, { shown: null });
		event.locals.frame = shown.value.frame;
		return { shown: shown.value };
	}
} satisfies Actions;
