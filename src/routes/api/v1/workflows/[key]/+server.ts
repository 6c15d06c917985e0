import { workflowKeySchema } from '$lib/contracts/api';
import { getWorkflow } from '$lib/server/flows/get-workflow';
import { parts } from '$lib/server/web/app';
import { answering, json, notAllowed } from '$lib/server/web/api';
import { requireApiKey } from '$lib/server/web/guards';
import { problemResponse } from '$lib/server/web/problem';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'workflows:read');
		const key = workflowKeySchema.safeParse(event.params.key);
		if (!key.success) return problemResponse('not-found');
		const found = await getWorkflow(parts(), key.data);
		return found.ok ? json(found.value) : problemResponse(found.reason);
	});

export const fallback: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'workflows:read');
		return notAllowed('GET');
	});
