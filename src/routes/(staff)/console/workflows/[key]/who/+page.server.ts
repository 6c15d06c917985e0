import { lookUpSchema } from '$lib/contracts/workflow-changes';
import { showDraft } from '$lib/server/flows/show-draft';
import { whoGetsWhat } from '$lib/server/flows/who-gets-what';
import { parts } from '$lib/server/web/app';
import { readForm, refusePage, sayRefusal } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import { mayDo } from '$lib/server/web/headers';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await requireStaff(event, 'workflow.read');
	mayDo(event, 'frames');
	const { key } = event.params;
	const shown = await showDraft(parts(), key);
	if (!shown.ok) return refusePage(shown.reason);
	const { latest, revision } = shown.value;
	const side = event.url.searchParams.get('side') ?? (revision > 0 ? 'draft' : String(latest));
	return { key, latest, drafted: revision > 0, side };
};

export const actions = {
	// A look is a press: the customer's reference stays out of addresses, and the look is recorded.
	default: async (event) => {
		const principal = await requireStaff(event, 'workflow.read');
		const form = await readForm(event.request, lookUpSchema, { more: { key: event.params.key } });
		const { customer = '', side = '' } = form.fields;
		const asked = { customer, side };
		if (!form.ok) return sayRefusal('bad-input', { asked, problem: form.problem, view: null });
		const looked = await whoGetsWhat(parts(), principal, form.value);
		if (!looked.ok) return sayRefusal(looked.reason, { asked, problem: undefined, view: null });
		return { asked, view: looked.value };
	}
} satisfies Actions;
