import { readTwilio } from '$lib/contracts/callbacks';
import { takeInbound } from '$lib/server/flows/take-inbound';
import { acceptReports } from '$lib/server/web/accept-reports';
import { parts } from '$lib/server/web/app';
import { requireTwilioSignature } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

/** To a message no answer in words: those that are due go out as messages of ours. */
const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';

/** What Twilio tells: stored and answered at once, worked later. */
export const POST: RequestHandler = async (event) => {
	const told = readTwilio(await requireTwilioSignature(event));
	if (told && 'report' in told) {
		await acceptReports([told.report]);
		return new Response(null, { status: 204 });
	}
	if (told) await takeInbound(parts(), told.inbound);
	return new Response(EMPTY, { headers: { 'content-type': 'text/xml' } });
};
