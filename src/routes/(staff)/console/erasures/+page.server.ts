import { fail } from '@sveltejs/kit';
import {
	approveErasureForm,
	declineErasureForm,
	type ErasureRefusal,
	requestErasureForm
} from '$lib/contracts/erasure';
import { isUuid } from '$lib/contracts/uuid';
import { approveErasure } from '$lib/server/flows/approve-erasure';
import { declineErasure } from '$lib/server/flows/decline-erasure';
import { listErasures } from '$lib/server/flows/list-erasures';
import { requestErasure } from '$lib/server/flows/request-erasure';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

const EITHER = ['person.erase', 'person.approve-erasure'] as const;
const FRESH = { fresh: true } as const;

export const load: PageServerLoad = async (event) => {
	const by = await requireStaff(event, EITHER, FRESH);
	const after = event.url.searchParams.get('after') ?? '';
	const page = await listErasures(parts(), by, isUuid(after) ? after : null);
	const may = (permission: (typeof EITHER)[number]) => by.permissions.includes(permission);
	return { ...page, may: { request: may('person.erase'), decide: may('person.approve-erasure') } };
};

type Press = 'request' | 'approve' | 'decline';

const refuse = (status: 400 | 409, what: Press, reason: ErasureRefusal) =>
	fail(status, { what, reason });

/** What a press came to, for the page to say. */
const said = (what: Press, result: { ok: true } | { ok: false; reason: ErasureRefusal }) =>
	result.ok ? { what, reason: null } : refuse(409, what, result.reason);

export const actions = {
	request: async (event) => {
		const by = await requireStaff(event, 'person.erase', FRESH);
		const form = requestErasureForm.safeParse(await formFields(event.request));
		if (!form.success) return refuse(400, 'request', 'bad-input');
		return said('request', await requestErasure(parts(), by, form.data));
	},
	approve: async (event) => {
		const by = await requireStaff(event, 'person.approve-erasure', FRESH);
		const form = approveErasureForm.safeParse(await formFields(event.request));
		if (!form.success) return refuse(400, 'approve', 'bad-input');
		return said('approve', await approveErasure(parts(), by, form.data));
	},
	decline: async (event) => {
		const by = await requireStaff(event, EITHER, FRESH);
		const form = declineErasureForm.safeParse(await formFields(event.request));
		if (!form.success) return refuse(400, 'decline', 'bad-input');
		return said('decline', await declineErasure(parts(), by, form.data.id));
	}
} satisfies Actions;
