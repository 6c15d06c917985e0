import type { RequestHandler } from './$types';
import { parts } from '$lib/server/web/app';
import { requireMetricsToken } from '$lib/server/web/guards';
import { readGauges } from '$lib/server/flows/read-gauges';

/** Prometheus text: what this node counted, and what the database knows now. */
export const GET: RequestHandler = async (event) => {
	requireMetricsToken(event);
	const { registry } = parts().metrics;
	const body = `${await registry.metrics()}${await readGauges(parts())}`;
	return new Response(body, { headers: { 'content-type': registry.contentType } });
};
