import { deskFeed } from '$lib/server/web/desk-feed';
import { requireStaff } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

/** Tells an open page that the queues have changed; what, the page reads by itself. */
export const GET: RequestHandler = async (event) => {
	const who = await requireStaff(event, 'desk.read');
	const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
	return new Response(deskFeed(who), { headers });
};
