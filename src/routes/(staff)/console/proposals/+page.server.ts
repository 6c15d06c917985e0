import { listProposals } from '$lib/server/flows/list-proposals';
import { parts } from '$lib/server/web/app';
import { requireStaff } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await requireStaff(event, 'workflow.read');
	const before = event.url.searchParams.get('before') ?? undefined;
	return listProposals(parts(), { before });
};
