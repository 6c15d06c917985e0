import { error, redirect } from '@sveltejs/kit';
import { queueQuery } from '$lib/contracts/desk';
import { claimException } from '$lib/server/flows/claim-exception';
import { findCases } from '$lib/server/flows/find-cases';
import { listIncidents } from '$lib/server/flows/list-incidents';
import { listQueue } from '$lib/server/flows/list-queue';
import { nextException } from '$lib/server/flows/next-exception';
import { parts } from '$lib/server/web/app';
import { refuse } from '$lib/server/web/desk-acts';
import { formFields } from '$lib/server/web/forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

const MOST_SOUGHT = 200;

export const load: PageServerLoad = async (event) => {
	const who = await requireStaff(event, 'desk.read');
	const { searchParams } = event.url;
	const query = queueQuery.parse(Object.fromEntries(searchParams));
	const listed = await listQueue(parts(), who, query);
	// What one cause stopped is one line; its cases stand behind it.
	const byCause = query.queue === 'system' && query.tab === 'next';
	const incidents = byCause ? await listIncidents(parts(), who, query) : null;
	if (!listed.ok || incidents?.ok === false) error(404);
	return {
		query,
		...listed.value,
		incidents: incidents?.value ?? null,
		works: who.permissions.includes('desk.work'),
		done: searchParams.get('done')
	};
};

export const actions: Actions = {
	/** Of what is looked at, which stands in the address. */
	next: async (event) => {
		const who = await requireStaff(event, 'desk.work');
		const query = queueQuery.parse(Object.fromEntries(event.url.searchParams));
		const taken = await nextException(parts(), who, query);
		if (!taken.ok) return refuse('next', taken.reason, {});
		redirect(303, `/desk/cases/${taken.value.caseId}?done=claim`);
	},
	claim: async (event) => {
		const who = await requireStaff(event, 'desk.work');
		const form = await formFields(event.request);
		const taken = await claimException(parts(), who, form['exception'] ?? '');
		if (!taken.ok) return refuse('claim', taken.reason, form);
		redirect(303, `/desk/cases/${taken.value.caseId}?done=claim`);
	},
	/** The reference is somebody's: it is posted, and stands in no address. */
	find: async (event) => {
		const who = await requireStaff(event, 'desk.read');
		const { customer = '' } = await formFields(event.request);
		const found = await findCases(parts(), who, customer.slice(0, MOST_SOUGHT));
		if (!found.ok) error(404);
		return { found: found.value };
	}
};
