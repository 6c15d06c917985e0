import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';
import { app, parts, startApp } from '$lib/server/web/app';
import { isBusy, isErased, sayBusy } from '$lib/server/web/busy';
import { dress, plainFrame } from '$lib/server/web/frame';
import { allow, storeNowhere } from '$lib/server/web/headers';
import { inOrder } from '$lib/server/web/in-order';
import { refuseOrigin } from '$lib/server/web/origin';
import { observe } from '$lib/server/web/observe';
import { refuseStrangeAddress, refuseStrangePress } from '$lib/server/web/presses';

export const init: ServerInit = startApp;

const secured: Handle = async ({ event, resolve }) => {
	const { config } = parts();
	const refused = refuseOrigin(event.request, event.url.pathname, config.origin);
	const response = refused
		? new Response(
				'This request did not come from our own page. Open the link in your message again.',
				{
					status: 403
				}
			)
		: await resolve(event);
	storeNowhere(response.headers);
	allow(response.headers, event.locals.allowed);
	return response;
};

/** A worker answers for its health and nothing else. */
const byRole: Handle = ({ event, resolve }) => {
	const health = ['/healthz', '/readyz', '/metrics'].includes(event.url.pathname);
	if (parts().config.role === 'worker' && !health)
		return new Response('This process works jobs only.', { status: 404 });
	return resolve(event);
};

const framed: Handle = ({ event, resolve }) =>
	resolve(event, {
		transformPageChunk: ({ html }) => dress(html, event.locals.frame ?? plainFrame('en'))
	});

export const handle = inOrder(
	[observe, secured, sayBusy, byRole, refuseStrangeAddress, refuseStrangePress],
	framed
);

/** What broke is in the log under the request's id; the page says the id and nothing else. */
export const handleError: HandleServerError = ({ error, event, status, message }) => {
	const busy = isBusy(error);
	event.locals.busy = busy;
	event.locals.erased = isErased(error);
	// What the caller did wrong is in the access log.
	if (status >= 500 && !event.locals.erased)
		app().parts.log.error(
			{ error, request: event.locals.requestId, route: event.route.id },
			'a request failed'
		);
	return { message, requestId: event.locals.requestId, busy };
};
