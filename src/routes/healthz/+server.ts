import { publicRoute } from '$lib/server/web/guards';

/** The process answers. Says nothing of the database: a restart would not mend that. */
export const GET = () => {
	publicRoute();
	return new Response('ok\n');
};
