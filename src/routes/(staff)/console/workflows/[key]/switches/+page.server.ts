import { error } from '@sveltejs/kit';
import { switchBackSchema, switchOffSchema, switchOnSchema } from '$lib/contracts/switches';
import { listSwitches } from '$lib/server/flows/list-switches';
import { resumeMessages } from '$lib/server/flows/resume-messages';
import { switchOff } from '$lib/server/flows/switch-off';
import { askSwitchOn, keepOff, switchOn } from '$lib/server/flows/switch-on';
import { parts } from '$lib/server/web/app';
import { doByForm } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id, permissions } = await requireStaff(event, 'workflow.read');
	const { key } = event.params;
	const switches = await listSwitches(parts(), key, { id });
	if (switches.on.length === 0 && switches.off.length === 0) error(404);
	return { key, switches, permissions };
};

export const actions = {
	off: async (event) => {
		const who = await requireStaff(event, 'workflow.stop');
		return doByForm(event, switchOffSchema, (form) => switchOff(parts(), who, form));
	},
	ask: async (event) => {
		const who = await requireStaff(event, 'workflow.edit');
		return doByForm(event, switchBackSchema, (form) => askSwitchOn(parts(), who, form));
	},
	on: async (event) => {
		const who = await requireStaff(event, 'workflow.approve', { fresh: true });
		return doByForm(event, switchOnSchema, (form) => switchOn(parts(), who, form));
	},
	keep: async (event) => {
		const who = await requireStaff(event, 'workflow.approve');
		return doByForm(event, switchBackSchema, (form) => keepOff(parts(), who, form));
	},
	resume: async (event) => {
		const who = await requireStaff(event, 'workflow.stop');
		return doByForm(event, switchBackSchema, (form) => resumeMessages(parts(), who, form));
	}
} satisfies Actions;
