import { openApiDocument } from '$lib/contracts/openapi';
import { parts } from '$lib/server/web/app';
import { answering, json, notAllowed } from '$lib/server/web/api';
import { publicRoute } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) =>
	answering(event, () => {
		publicRoute();
		return json(openApiDocument(parts().config.origin));
	});

export const fallback: RequestHandler = () => {
	publicRoute();
	return notAllowed('GET');
};
