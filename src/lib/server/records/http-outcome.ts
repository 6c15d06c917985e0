import { fail, ok, type Result } from '../../domain/result.ts';
import type { AnswerField, FieldValues } from '../../domain/workflow/document.ts';
import { readAnswer, readPath } from '../../domain/workflow/field.ts';
import type { Exchange } from './http-exchange.ts';
import type { ApplyResult, LookupResult, ReadResult } from './port.ts';

type Answered = Extract<Exchange, { kind: 'answer' }>;
type Declared = Record<string, AnswerField>;

/** A broken answer after a write: it may be applied, so it is `unknown`, not `rejected`. */
const broken = (explain: string): ApplyResult => ({
	outcome: 'unknown',
	reason: 'contract',
	explain
});

/**
 * What an exchange says about a write.
 *
 * | answered | means |
 * |---|---|
 * | 2xx as declared | applied |
 * | 2xx otherwise, 3xx | unknown, `contract` |
 * | 408 | unknown, `timeout`: it may have read enough |
 * | 409 | unknown, `conflict`: our reference is there or in work, the lookup decides |
 * | 425, 429, 503 with Retry-After | unavailable, `rate` |
 * | 401 | unavailable, `refused`: our token is at fault, not the request |
 * | other 4xx | rejected |
 * | other 5xx | unknown, `server-error` |
 */
export function applyOutcome(exchange: Exchange, declared: Declared, now: Date): ApplyResult {
	if (exchange.kind === 'not-sent') {
		const reason = exchange.reason === 'late' ? 'late' : 'refused';
		return { outcome: 'unavailable', reason, explain: exchange.explain };
	}
	if (exchange.kind === 'lost') {
		if (exchange.reason === 'oversized') return broken('the answer is too big');
		return { outcome: 'unknown', reason: exchange.reason };
	}
	const { status } = exchange;
	if (status >= 200 && status < 300) return answered(exchange, declared);
	const wait = retryAfter(exchange, now);
	if (status === 425 || status === 429 || (status === 503 && wait !== undefined))
		return { outcome: 'unavailable', reason: 'rate', ...(wait && { retryAfterSeconds: wait }) };
	if (status === 401)
		return { outcome: 'unavailable', reason: 'refused', explain: 'our token is refused' };
	if (status === 408) return { outcome: 'unknown', reason: 'timeout' };
	if (status === 409) return { outcome: 'unknown', reason: 'conflict' };
	if (status >= 500) return { outcome: 'unknown', reason: 'server-error' };
	if (status >= 400) return { outcome: 'rejected', reason: codeOf(exchange), status };
	return broken(`answered ${status}`);
}

function answered(exchange: Answered, declared: Declared): ApplyResult {
	const json = readJson(exchange);
	if (!json.ok) return broken(json.explain);
	const parsed = parseAnswer(declared, json.value);
	return parsed.ok ? { outcome: 'applied', answer: parsed.value } : broken(parsed.reason);
}

/** The declared fields, all of them, or which ones are missing or wrong (never their values). */
function parseAnswer(declared: Declared, body: unknown): Result<FieldValues, string> {
	const { values, faults } = readAnswer(declared, body);
	const wrong = Object.entries(faults).map(([name, fault]) => `${name}: ${fault}`);
	return wrong.length ? fail(wrong.join('; ')) : ok(values);
}

/** What an exchange says about a lookup: 404, or nothing at `found`, means absent. */
export function lookupOutcome(
	exchange: Exchange,
	declared: Declared,
	found?: string
): LookupResult {
	if (exchange.kind !== 'answer') return { outcome: 'unavailable', reason: exchange.reason };
	if (exchange.status === 404) return { outcome: 'absent' };
	const not2xx = exchange.status < 200 || exchange.status >= 300;
	if (not2xx) return { outcome: 'unavailable', reason: `http-${exchange.status}` };
	const json = readJson(exchange);
	if (!json.ok) return { outcome: 'unavailable', reason: 'contract', explain: json.explain };
	if (found !== undefined && saysAbsent(json.value, found)) return { outcome: 'absent' };
	const parsed = parseAnswer(declared, json.value);
	return parsed.ok
		? { outcome: 'found', answer: parsed.value }
		: { outcome: 'unavailable', reason: 'contract', explain: parsed.reason };
}

/** Null, or past the end of a list. A place that is missing otherwise is drift, not a proof of absence. */
function saysAbsent(body: unknown, found: string): boolean {
	const value = readPath(body, found);
	if (value !== undefined) return value === null;
	const list = readPath(body, found.replace(/\.\d+$/, ''));
	return /\.\d+$/.test(found) && Array.isArray(list);
}

/** What an exchange says about a read. */
export function readOutcome(exchange: Exchange): ReadResult {
	if (exchange.kind === 'not-sent')
		return fail('unavailable', { explain: exchange.explain, counts: 'failure' });
	if (exchange.kind === 'lost')
		return exchange.reason === 'oversized'
			? fail('contract', { explain: 'the answer is too big' })
			: fail('unavailable', { explain: exchange.reason, counts: countsAs(exchange.reason) });
	const { status } = exchange;
	const explain = `answered ${status}`;
	if (status === 404) return fail('not-found', { explain });
	// Our token is at fault, or it only asks us to slow down: it is up.
	if ([401, 408, 425, 429].includes(status)) return fail('unavailable', { explain });
	if (status >= 500) return fail('unavailable', { explain, counts: 'failure' });
	if (status < 200 || status >= 300) return fail('contract', { explain });
	const json = readJson(exchange);
	return json.ok ? ok({ record: json.value }) : fail('contract', { explain: json.explain });
}

const countsAs = (reason: string) =>
	reason === 'timeout' ? ('timeout' as const) : ('failure' as const);

function readJson({ headers, body }: Answered) {
	const encoding = headers['content-encoding'];
	if (encoding && encoding !== 'identity')
		return { ok: false as const, explain: 'the answer is compressed, which was not asked for' };
	try {
		const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
		const value: unknown = JSON.parse(text);
		if (typeof value === 'object' && value !== null) return { ok: true as const, value };
	} catch {
		// Falls through: what it was instead of JSON is nothing we may log.
	}
	return { ok: false as const, explain: 'the answer is not a JSON object' };
}

/** Retry-After in seconds, from either of its forms (RFC 9110 §10.2.3). */
function retryAfter({ headers }: Answered, now: Date): number | undefined {
	const text = headers['retry-after']?.trim();
	if (!text) return undefined;
	if (/^\d{1,9}$/.test(text)) return Number(text);
	const at = Date.parse(text);
	return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1_000));
}

/** A word for the refusal. Free text stays out: it may hold personal data and is stored in the clear. */
function codeOf(exchange: Answered): string {
	const json = readJson(exchange);
	const type = json.ok ? readPath(json.value, 'type') : undefined;
	const candidates = [
		json.ok ? readPath(json.value, 'code') : undefined,
		typeof type === 'string' ? type.split(/[/#:]/).pop() : undefined
	];
	const code = candidates.find(
		(word) => typeof word === 'string' && /^[a-z][a-z-]{2,63}$/.test(word)
	);
	return code === 'blank' || typeof code !== 'string' ? `http-${exchange.status}` : code;
}
