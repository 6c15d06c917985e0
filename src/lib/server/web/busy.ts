import type { Handle } from '@sveltejs/kit';

/** A server that goes down, has no room or is read-only, no connection. */
const AWAY = /^(57P0[123]|53[0-9]{3}|08[0-9]{3}|25006|ECONN\w+|EPIPE)$/;
/** Timeouts of statement and lock, and who must give way to another. */
const WAITED = /^(57014|55P03|40001|40P01)$/;
const NO_CONNECTION =
	/timeout exceeded when trying to connect|Connection terminated|is not queryable/;

const codeOf = (error: Error): string => String((error as { code?: unknown }).code);

/** Is PostgreSQL away or going down? Then it is so for everybody, whatever they want of it. */
export const isAway = (error: unknown): boolean =>
	error instanceof Error && (AWAY.test(codeOf(error)) || NO_CONNECTION.test(error.message));

/**
 * Is it only that PostgreSQL is away, busy or going down, that this node lacks a master key (case S6),
 * or that more sign in than it computes? Every press may be repeated then.
 */
export const isBusy = (error: unknown): boolean =>
	isAway(error) ||
	(error instanceof Error &&
		(['VaultError', 'TooManyHashes'].includes(error.name) || WAITED.test(codeOf(error))));

/** Was the customer erased while the request was under way? Its page is gone. */
export const isErased = (error: unknown): boolean =>
	error instanceof Error && error.name === 'CaseErased';

/**
 * The framework answers every error of ours with 500; a busy database is 503 and "try again", and of
 * an erased customer every page is gone.
 */
export const sayBusy: Handle = async ({ event, resolve }) => {
	const response = await resolve(event);
	if (event.locals.erased && response.status === 500)
		return event.route.id?.startsWith('/a/')
			? new Response(null, { status: 303, headers: { location: '/gone' } })
			: new Response('The customer of this case was erased.', { status: 410 });
	if (!event.locals.busy || response.status !== 500) return response;
	const headers = new Headers(response.headers);
	headers.set('retry-after', '2');
	return new Response(response.body, { status: 503, headers });
};
