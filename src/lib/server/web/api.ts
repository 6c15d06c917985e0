import { isUuid } from '../../contracts/uuid.ts';
import { parts } from './app.ts';
import { isBusy, isErased } from './busy.ts';
import { Problem, problemResponse } from './problem.ts';

/**
 * Runs a handler of the API; whatever leaves it by throwing becomes a problem document. What broke
 * is in the log under the request's id, the answer holds that id and nothing else.
 */
export async function answering(
	{ locals, route }: { locals: App.Locals; route: { id: string | null } },
	work: () => Promise<Response> | Response
): Promise<Response> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Problem) return problemResponse(error.type, error.particulars);
		if (isErased(error)) return problemResponse('not-found');
		const request = locals.requestId;
		parts().log.error({ error, request, route: route.id }, 'a request to the API failed');
		return isBusy(error)
			? problemResponse('unavailable', { request, headers: { 'retry-after': '2' } })
			: problemResponse('internal', { request });
	}
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
	new Response(JSON.stringify(body), {
		status,
		headers: { ...headers, 'content-type': 'application/json' }
	});

/** For a path that exists, asked with another method. */
export const notAllowed = (...allowed: string[]): Response =>
	problemResponse('method-not-allowed', { headers: { allow: allowed.join(', ') } });

/** The id of a case in the path; anything else is as unknown as an id that no case has. */
export function caseId({ params }: { params: { id: string } }): string {
	const id = params.id.toLowerCase();
	if (!isUuid(id)) throw new Problem('not-found');
	return id;
}
