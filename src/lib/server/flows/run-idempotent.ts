import { fail, ok, type Result } from '../../domain/result.ts';
import type { CaseKey } from '../crypto/vault.ts';
import { type Claim, claimKey, keepAnswer, releaseKey } from '../db/idempotency.ts';
import type { Parts } from '../parts.ts';

type Used = Pick<Parts, 'db' | 'vault' | 'crash'>;

/** One request that shall take effect once. */
export interface OnceRequest {
	/** Whose key it is: no caller ever sees another's answers (case K4). */
	caller: string;
	key: string;
	/** Everything that makes it this request: method, path, body. */
	request: string;
}

/**
 * Keeps a flow's result in the flow's own transaction, so that effect and answer are stored together
 * or not at all. With `secret` the result is sealed with the case's key, and dies with it.
 */
export type Keep = (
	db: Parts['db'],
	result: Result<unknown, string>,
	secret?: { caseId: string; key: CaseKey }
) => Promise<void>;

export type Once<Answer> = Result<
	{ answer: Answer; replayed: boolean },
	'running' | 'other-body',
	{ retryAfterSeconds: number }
>;

type Kept = { result: Result<unknown, string> } | { sealed: string; case: string };

const CONTEXT = 'idempotency_keys.response';

/** Rolls back the transaction of a request whose lease is lost (case K6). */
class LeaseLost extends Error {}

/**
 * Runs `work` at most once for a caller's key and gives the stored result to every repeat.
 * A result that `work` did not keep is kept after it, unless `isNothing` says that nothing was done;
 * then, and when it throws, the key is free again.
 *
 * - `running`: another request works under the key; `retryAfterSeconds`.
 * - `other-body`: the key came with another request before; nothing was done (case K3).
 */
export async function runIdempotent<Answer extends Result<unknown, string>>(
	parts: Used,
	{ caller, key, request }: OnceRequest,
	work: (keep: Keep) => Promise<Answer>,
	isNothing: (answer: Answer) => boolean = () => false
): Promise<Once<Answer>> {
	const bodyHash = parts.vault.hash('request', request);
	const claimed = await claimKey(parts.db, { scope: caller, key, bodyHash });
	switch (claimed.state) {
		case 'done': {
			const answer = (await revive(parts, claimed.response as Kept)) as Answer;
			return ok({ answer, replayed: true });
		}
		case 'other-body':
			return fail('other-body');
		case 'running':
			return fail('running', { retryAfterSeconds: claimed.retryAfterSeconds });
		case 'mine':
			parts.crash('run-idempotent:claimed');
			return runClaimed(parts, claimed.claim, work, isNothing);
	}
}

async function runClaimed<Answer extends Result<unknown, string>>(
	parts: Used,
	claim: Claim,
	work: (keep: Keep) => Promise<Answer>,
	isNothing: (answer: Answer) => boolean
): Promise<Once<Answer>> {
	let kept = false;
	const keep: Keep = async (db, result, secret) => {
		const response: Kept = secret
			? { sealed: await parts.vault.seal(secret.key, result, CONTEXT), case: secret.caseId }
			: { result };
		if (!(await keepAnswer(db, claim, result.ok ? 200 : 409, response))) throw new LeaseLost();
		kept = true;
	};
	try {
		const answer = await work(keep);
		if (isNothing(answer)) await releaseKey(parts.db, claim);
		else if (!kept) await keep(parts.db, answer);
		parts.crash('run-idempotent:kept');
		return ok({ answer, replayed: false });
	} catch (error) {
		if (error instanceof LeaseLost) return fail('running', { retryAfterSeconds: 1 });
		// If the effect was committed after all, its answer was too, and this frees nothing.
		await releaseKey(parts.db, claim).catch(() => undefined);
		throw error;
	}
}

async function revive({ db, vault }: Used, kept: Kept): Promise<Result<unknown, string>> {
	if ('result' in kept) return kept.result;
	const { key } = await db
		.selectFrom('cases')
		.select('key')
		.where('id', '=', kept.case)
		.executeTakeFirstOrThrow();
	return vault.open(await vault.openCaseKey(key), kept.sealed, CONTEXT);
}
