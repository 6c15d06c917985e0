import type { RequestEvent } from '@sveltejs/kit';
import { idempotencyKeySchema } from '../../contracts/api.ts';
import type { Result } from '../../domain/result.ts';
import type { ApiCaller } from '../flows/check-api-key.ts';
import { type Keep, runIdempotent } from '../flows/run-idempotent.ts';
import { parts } from './app.ts';
import { Problem } from './problem.ts';

/** The request's Idempotency-Key; missing or malformed, it is a 400. */
export function requireIdempotencyKey({ headers }: Pick<Request, 'headers'>): string {
	const key = headers.get('idempotency-key');
	if (key === null) throw new Problem('missing-idempotency-key');
	const parsed = idempotencyKeySchema.safeParse(key);
	if (parsed.success) return parsed.data;
	const problem = parsed.error.issues[0]?.message ?? 'is not right';
	throw new Problem('bad-input', { errors: [{ field: 'Idempotency-Key', problem }] });
}

/** Says that an answer is the stored one. */
const REPLAYED = 'idempotent-replayed';

/**
 * Runs `work` once for the caller's Idempotency-Key, and answers every repeat alike.
 * @param text the body as it came; with method and path it is what the key belongs to
 */
export async function once<Answer extends Result<unknown, string>>(
	{ request, url }: Pick<RequestEvent, 'request' | 'url'>,
	caller: ApiCaller,
	text: string,
	work: (keep: Keep) => Promise<Answer>,
	isNothing?: (answer: Answer) => boolean
): Promise<{ answer: Answer; headers: Record<string, string> }> {
	const key = requireIdempotencyKey(request);
	const what = `${request.method} ${url.pathname}\n${text}`;
	const ran = await runIdempotent(
		parts(),
		{ caller: `key:${caller.id}`, key, request: what },
		work,
		isNothing
	);
	if (ran.ok) {
		const { answer, replayed } = ran.value;
		return { answer, headers: replayed ? { [REPLAYED]: 'true' } : {} };
	}
	const wait = String(ran.detail?.retryAfterSeconds ?? 1);
	throw ran.reason === 'running'
		? new Problem('running', { headers: { 'retry-after': wait } })
		: new Problem('other-body');
}
