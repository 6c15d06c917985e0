import { listWorkflows } from '$lib/server/flows/list-workflows';
import { parts } from '$lib/server/web/app';
import { answering, json, notAllowed } from '$lib/server/web/api';
import { requireApiKey } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'workflows:read');
		return json(await listWorkflows(parts()));
	});

export const fallback: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'workflows:read');
		return notAllowed('GET');
	});
