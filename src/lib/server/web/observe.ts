import type { Handle } from '@sveltejs/kit';
import { randomUUID } from 'node:crypto';
import { parts } from './app.ts';

/** An id from a proxy in front is kept, so that its log and ours can be joined. */
const REQUEST_ID = /^[\w-]{8,64}$/;

/** Names the request, measures it by route (never by address: addresses hold tokens), logs a line. */
export const observe: Handle = async ({ event, resolve }) => {
	const given = event.request.headers.get('x-request-id') ?? '';
	const requestId = REQUEST_ID.test(given) ? given : randomUUID();
	event.locals.requestId = requestId;
	const { metrics, log, config } = parts();
	const route = event.route.id ?? 'none';
	const { method } = event.request;
	const done = metrics.http.startTimer({ route, method });
	const started = performance.now();
	const response = await resolve(event);
	const { status } = response;
	done({ status });
	response.headers.set('x-request-id', requestId);
	if (config.accessLog)
		log.info(
			{ request: requestId, route, method, status, ms: Math.round(performance.now() - started) },
			'request'
		);
	return response;
};
