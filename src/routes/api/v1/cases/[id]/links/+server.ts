import { renewLinkSchema } from '$lib/contracts/api';
import { renewLink } from '$lib/server/flows/renew-link';
import { parts } from '$lib/server/web/app';
import { answering, caseId, json, notAllowed } from '$lib/server/web/api';
import { hasBody, readJson, readText, requireContentType } from '$lib/server/web/api-body';
import { once } from '$lib/server/web/api-once';
import { requireApiKey } from '$lib/server/web/guards';
import { problemResponse } from '$lib/server/web/problem';
import type { RequestHandler } from './$types';

/** A new link; the body may be left out. */
export const POST: RequestHandler = (event) =>
	answering(event, async () => {
		const caller = await requireApiKey(event, 'cases:write');
		const id = caseId(event);
		const text = await readText(event.request);
		if (hasBody(event.request)) requireContentType(event.request, 'application/json');
		const options = readJson(text || '{}', renewLinkSchema);
		const { answer, headers } = await once(event, caller, text, (keep) =>
			renewLink(parts(), caller.actor, id, options, keep)
		);
		return answer.ok
			? json(answer.value, 201, headers)
			: problemResponse(answer.reason, { headers });
	});

export const fallback: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'cases:write');
		return notAllowed('POST');
	});
