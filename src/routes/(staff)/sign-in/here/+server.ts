import { requireSession } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

/** Somebody works on a page that is open: the session's idle time begins anew. */
export const POST: RequestHandler = async (event) => {
	await requireSession(event);
	return new Response(null, { status: 204 });
};
