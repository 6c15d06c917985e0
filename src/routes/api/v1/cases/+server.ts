import { listCasesSchema } from '$lib/contracts/api';
import { listCases } from '$lib/server/flows/list-cases';
import { openCases } from '$lib/server/flows/open-cases';
import type { Workflows } from '$lib/server/flows/prepare-case';
import { parts } from '$lib/server/web/app';
import { answering, json, notAllowed } from '$lib/server/web/api';
import { answerLines } from '$lib/server/web/api-batch';
import { chunksOf, contentType, readQuery, requireContentType } from '$lib/server/web/api-body';
import { openOnce } from '$lib/server/web/api-open';
import { requireApiKey } from '$lib/server/web/guards';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'cases:read');
		return json(await listCases(parts(), readQuery(event.url, listCasesSchema)));
	});

/** One case as JSON, or many as NDJSON. */
export const POST: RequestHandler = (event) =>
	answering(event, async () => {
		const caller = await requireApiKey(event, 'cases:write');
		const { request } = event;
		requireContentType(request, 'application/json', 'application/x-ndjson');
		if (contentType(request) === 'application/json') return openOnce(event, caller);
		// Looked up once a stream, not once a line.
		const workflows: Workflows = new Map();
		const answers = answerLines(chunksOf(request.body), {
			open: (lines) => openCases(parts(), caller.actor, lines, workflows),
			onFailure: (error) => parts().log.error({ error }, 'a batch of cases could not be stored')
		});
		return new Response(answers, { headers: { 'content-type': 'application/x-ndjson' } });
	});

export const fallback: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'cases:read');
		return notAllowed('GET', 'POST');
	});
