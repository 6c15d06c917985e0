import { app } from '$lib/server/web/app';
import { publicRoute } from '$lib/server/web/guards';

/** Send requests here, or do not: 503 with the reason while draining or without its database. */
export const GET = async () => {
	publicRoute();
	const reason = await app().unready();
	return new Response(`${reason ?? 'ready'}\n`, { status: reason ? 503 : 200 });
};
