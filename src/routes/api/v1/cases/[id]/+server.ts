import { getCaseSchema } from '$lib/contracts/api';
import { getCase } from '$lib/server/flows/get-case';
import { parts } from '$lib/server/web/app';
import { answering, caseId, json, notAllowed } from '$lib/server/web/api';
import { readQuery } from '$lib/server/web/api-body';
import { requireApiKey } from '$lib/server/web/guards';
import { problemResponse } from '$lib/server/web/problem';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'cases:read');
		const page = readQuery(event.url, getCaseSchema);
		const found = await getCase(parts(), caseId(event), page);
		return found.ok ? json(found.value) : problemResponse(found.reason);
	});

export const fallback: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'cases:read');
		return notAllowed('GET');
	});
