import type { RequestEvent } from '@sveltejs/kit';
import type { Scope } from '../../contracts/api.ts';
import { type ApiCaller, checkApiKey } from '../flows/check-api-key.ts';
import { parts } from './app.ts';
import { Problem } from './problem.ts';

/**
 * The caller behind the API key of a request, if it has this scope. Missing, malformed, unknown and
 * revoked keys get one and the same 401.
 */
export async function requireApiKey(
	{ request }: Pick<RequestEvent, 'request'>,
	scope: Scope
): Promise<ApiCaller> {
	const checked = await checkApiKey(parts(), request.headers.get('authorization'), scope);
	if (checked.ok) return checked.value;
	throw checked.reason === 'forbidden'
		? new Problem('forbidden', { detail: `The key lacks the scope ${scope}.` })
		: new Problem('unauthorised', { headers: { 'www-authenticate': 'Bearer' } });
}
