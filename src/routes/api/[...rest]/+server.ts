import { publicRoute } from '$lib/server/web/guards';
import { problemResponse } from '$lib/server/web/problem';
import type { RequestHandler } from './$types';

/** A program asked for a path that is none: it gets a document that it can read, not a page. */
export const fallback: RequestHandler = () => {
	publicRoute();
	return problemResponse('not-found');
};
