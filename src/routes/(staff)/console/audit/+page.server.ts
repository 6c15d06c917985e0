import { listAudit } from '$lib/server/flows/list-audit';
import { parts } from '$lib/server/web/app';
import { requireStaff } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	await requireStaff(event, 'audit.read');
	const { searchParams } = event.url;
	const object = searchParams.get('object')?.slice(0, 200) ?? '';
	const before = searchParams.get('before') ?? undefined;
	return { object, ...(await listAudit(parts(), { object, before })) };
};
