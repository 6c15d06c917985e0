import { error, redirect } from '@sveltejs/kit';
import { approveChangeSchema, endProposalSchema } from '$lib/contracts/workflow-changes';
import { approveChange } from '$lib/server/flows/approve-change';
import { compareVersions } from '$lib/server/flows/compare-versions';
import { endProposal } from '$lib/server/flows/end-proposal';
import { showProposal } from '$lib/server/flows/list-proposals';
import { parts } from '$lib/server/web/app';
import { readForm, sayRefusal } from '$lib/server/web/console-forms';
import { requireStaff } from '$lib/server/web/guards';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id, permissions } = await requireStaff(event, 'workflow.read');
	const found = await showProposal(parts(), event.params.id, `staff:${id}`);
	if (!found) error(404);
	const { key, against } = found;
	const difference = await compareVersions(parts(), key, String(against ?? 0), found.id);
	return {
		proposal: found,
		difference: difference.ok ? difference.value : null,
		mayApprove: permissions.includes('workflow.approve') && !found.own,
		mayWithdraw: permissions.includes('workflow.edit')
	};
};

type Who = Awaited<ReturnType<typeof requireStaff>>;

const end = async (event: RequestEvent, who: Who, state: 'rejected' | 'withdrawn') => {
	const form = await readForm(event.request, endProposalSchema, { more: { id: event.params.id } });
	if (!form.ok) return sayRefusal('bad-input', form);
	const ended = await endProposal(parts(), who, state, form.value);
	if (!ended.ok) return sayRefusal(ended.reason, { problem: undefined });
	redirect(303, event.url.pathname);
};

export const actions = {
	approve: async (event) => {
		const principal = await requireStaff(event, 'workflow.approve', { fresh: true });
		const more = { id: event.params.id };
		const form = await readForm(event.request, approveChangeSchema, { more });
		if (!form.ok) return sayRefusal('bad-input', form);
		const approved = await approveChange(parts(), principal, form.value);
		if (!approved.ok) return sayRefusal(approved.reason, { problem: undefined });
		redirect(303, event.url.pathname);
	},
	reject: async (event) => {
		const principal = await requireStaff(event, 'workflow.approve');
		return end(event, principal, 'rejected');
	},
	withdraw: async (event) => {
		const principal = await requireStaff(event, 'workflow.edit');
		return end(event, principal, 'withdrawn');
	}
} satisfies Actions;
