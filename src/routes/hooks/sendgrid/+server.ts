import { readSendgrid } from '$lib/contracts/callbacks';
import { storeReports } from '$lib/server/flows/store-callbacks';
import { parts } from '$lib/server/web/app';
import { requireSendgridSignature } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

/** What SendGrid tells: stored and answered at once, worked later. */
export const POST: RequestHandler = async (event) => {
	const reports = readSendgrid(await requireSendgridSignature(event));
	if (!reports) return new Response(null, { status: 400 });
	await storeReports(parts(), reports);
	return new Response(null, { status: 204 });
};
