import type { RequestEvent } from '@sveltejs/kit';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { ApiCaller } from '../flows/check-api-key.ts';
import type { Opened } from '../flows/join-case.ts';
import { openCases } from '../flows/open-cases.ts';
import { json } from './api.ts';
import { readText, strictJson } from './api-body.ts';
import { once } from './api-once.ts';
import { parts } from './app.ts';
import { Problem } from './problem.ts';

type Refused = Extract<Opened, { status: 'refused' }>;
type Answer = Result<Exclude<Opened, Refused>, 'refused', Refused>;

/** One case from a JSON body. What is refused was not stored, and leaves its Idempotency-Key free. */
export async function openOnce(
	event: Pick<RequestEvent, 'request' | 'url'>,
	caller: ApiCaller
): Promise<Response> {
	const text = await readText(event.request);
	const body = strictJson(text);
	const open = async (): Promise<Answer> => {
		const [opened] = await openCases(parts(), caller.actor, [body]);
		if (!opened) throw new Error('A case got no answer.');
		return opened.status === 'refused' ? fail('refused', opened) : ok(opened);
	};
	const { answer, headers } = await once(event, caller, text, open, ({ ok }) => !ok);
	if (!answer.ok)
		throw new Problem(answer.detail?.reason ?? 'bad-input', { errors: answer.detail?.problems });
	const { status, id } = answer.value;
	const location = `/api/v1/cases/${id}`;
	return json(answer.value, status === 'joined' ? 200 : 201, { ...headers, location });
}
