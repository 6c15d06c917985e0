import { addStaff } from '$lib/server/flows/add-staff';
import { changeStaff } from '$lib/server/flows/change-staff';
import { listStaff } from '$lib/server/flows/list-staff';
import { parts } from '$lib/server/web/app';
import { formFields } from '$lib/server/web/forms';
import { requireStaff } from '$lib/server/web/guards';
import { readChange, readNewStaff, sayStaff } from '$lib/server/web/staff-forms';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id } = await requireStaff(event, 'staff.manage');
	const after = event.url.searchParams.get('after')?.slice(0, 254);
	return { ...(await listStaff(parts(), { after })), own: id };
};

export const actions = {
	add: async (event) => {
		const by = await requireStaff(event, 'staff.manage', { fresh: true });
		const fields = await formFields(event.request);
		const given = readNewStaff(fields);
		if (!given.ok) return sayStaff('unreadable', fields, given.detail);
		const added = await addStaff(parts(), by, given.value);
		if (!added.ok) return sayStaff(added.reason, fields);
		return { invitation: `${parts().config.origin}/sign-in/set-up/${added.value.invitation}` };
	},
	change: async (event) => {
		const by = await requireStaff(event, 'staff.manage', { fresh: true });
		const fields = await formFields(event.request);
		const given = readChange(fields);
		if (!given.ok) return sayStaff('unreadable', fields, given.detail);
		const { id, change } = given.value;
		const changed = await changeStaff(parts(), by, id, change);
		if (!changed.ok) return sayStaff(changed.reason, fields);
		const { invitation } = changed.value;
		if (invitation === undefined) return { changed: change.do };
		return { invitation: `${parts().config.origin}/sign-in/set-up/${invitation}` };
	}
} satisfies Actions;
