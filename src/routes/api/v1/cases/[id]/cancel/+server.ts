import { cancelCaseSchema } from '$lib/contracts/api';
import { cancelCase } from '$lib/server/flows/cancel-case';
import { parts } from '$lib/server/web/app';
import { answering, caseId, json, notAllowed } from '$lib/server/web/api';
import { readJson, readText, requireContentType } from '$lib/server/web/api-body';
import { once } from '$lib/server/web/api-once';
import { requireApiKey } from '$lib/server/web/guards';
import { problemResponse } from '$lib/server/web/problem';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = (event) =>
	answering(event, async () => {
		const caller = await requireApiKey(event, 'cases:write');
		requireContentType(event.request, 'application/json');
		const id = caseId(event);
		const text = await readText(event.request);
		const { reason } = readJson(text, cancelCaseSchema);
		const { answer, headers } = await once(event, caller, text, (keep) =>
			cancelCase(parts(), caller.actor, id, reason, keep)
		);
		return answer.ok
			? json(answer.value, 200, headers)
			: problemResponse(answer.reason, { headers });
	});

export const fallback: RequestHandler = (event) =>
	answering(event, async () => {
		await requireApiKey(event, 'cases:write');
		return notAllowed('POST');
	});
