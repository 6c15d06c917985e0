import { readSendgrid } from '$lib/contracts/callbacks';
import { acceptReports } from '$lib/server/web/accept-reports';
import { requireSendgridSignature } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

/** What SendGrid tells: stored and answered at once, worked later. */
export const POST: RequestHandler = async (event) => {
	const reports = readSendgrid(await requireSendgridSignature(event));
	if (!reports) return new Response(null, { status: 400 });
	await acceptReports(reports);
	return new Response(null, { status: 204 });
};
