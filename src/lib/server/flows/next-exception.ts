import type { QueueQuery } from '../../contracts/desk.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { scopeOf } from '../db/desk.ts';
import { pageOfQueue } from '../db/queues.ts';
import { VaultError } from '../crypto/vault.ts';
import type { Parts } from '../parts.ts';
import { claimException } from './claim-exception.ts';
import type { Working } from './work-exception.ts';

/** Looked at in one go: as many colleagues may press at the same moment. */
const CANDIDATES = 20;

/** Each turn somebody else was faster with all of them: then as good as nothing waits. */
const MOST_TURNS = 20;

/**
 * Claims the best next exception: the gravest first, then the one whose time ends first. Where a
 * colleague was faster it is the one after it. - `empty`: nothing waits.
 */
export async function nextException(
	parts: Working & Pick<Parts, 'log'>,
	principal: Principal,
	{ queue, team, workflow, type }: Pick<QueueQuery, 'queue' | 'team' | 'workflow' | 'type'>
): Promise<Result<{ id: string; caseId: string }, 'forbidden' | 'empty'>> {
	const scope = await scopeOf(parts.db, principal);
	if (!scope) return fail('forbidden');
	const asked = { queue, tab: 'next' as const, team, workflow, type };
	for (let turn = 0; turn < MOST_TURNS; turn += 1) {
		const found = await pageOfQueue(parts.db, scope, asked, null, CANDIDATES);
		if (found.length === 0) return fail('empty');
		for (const { id } of found) {
			const claimed = await claimException(parts, principal, id).catch((error: unknown) =>
				passOver(parts, id, error)
			);
			if (claimed.ok) return ok({ id, caseId: claimed.value.caseId });
			if (claimed.reason === 'forbidden') return fail('forbidden');
		}
	}
	return fail('empty');
}

/** One case that cannot be read must not keep everybody from all that wait behind it. */
function passOver(
	{ log }: Pick<Parts, 'log'>,
	id: string,
	error: unknown
): Result<never, 'unreadable'> {
	if (!(error instanceof VaultError)) throw error;
	log.error({ error, exception: id }, 'desk: an exception could not be claimed');
	return fail('unreadable');
}
