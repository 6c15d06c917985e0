import type { Handle } from '@sveltejs/kit';

/** Timeouts of statement and lock, a server that goes down or is read-only, no connection. */
const BUSY = /^(57014|55P03|57P0[123]|53[0-9]{3}|08[0-9]{3}|40001|40P01|25006|ECONN\w+|EPIPE)$/;
const NO_CONNECTION =
	/timeout exceeded when trying to connect|Connection terminated|is not queryable/;

/** Is it only that PostgreSQL is away, busy or going down? Every press may be repeated then. */
export const isBusy = (error: unknown): boolean =>
	error instanceof Error &&
	(BUSY.test(String((error as { code?: unknown }).code)) || NO_CONNECTION.test(error.message));

/** The framework answers every error of ours with 500; a busy database is 503 and "try again". */
export const sayBusy: Handle = async ({ event, resolve }) => {
	const response = await resolve(event);
	if (!event.locals.busy || response.status !== 500) return response;
	const headers = new Headers(response.headers);
	headers.set('retry-after', '2');
	return new Response(response.body, { status: 503, headers });
};
