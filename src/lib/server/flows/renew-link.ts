import type { RenewedLink } from '../../contracts/api.ts';
import type { Actor } from '../../domain/case/events.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { changeCase, erasedAt, loadCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { issueLink } from './issue-link.ts';
import { sendAskedLink } from './reach-customer.ts';
import type { Keep } from './run-idempotent.ts';

/** - `held`: facts are missing, the path has not begun. */
export type RenewRefusal = 'not-found' | 'ended' | 'held';

export type Renewed = Result<RenewedLink, RenewRefusal>;

/**
 * A new link for a case; the one before it dies in the same transaction. Sends nothing unless asked
 * to. The answer holds the link, so it is kept as ciphertext under the case's key.
 */
export async function renewLink(
	parts: Pick<Parts, 'db' | 'vault' | 'links' | 'jobs' | 'config' | 'crash'>,
	actor: Actor,
	id: string,
	{ send }: { send: boolean },
	keep?: Keep
): Promise<Renewed> {
	if (await erasedAt(parts.db, id)) return fail('ended');
	const loaded = await loadCase(parts, id);
	if (!loaded) return fail('not-found');
	const workflow = await loadWorkflow(parts.db, loaded.row.workflow, loaded.row.version);
	return changeCase(parts, id, { actor, flow: 'renew-link' }, async (change): Promise<Renewed> => {
		if (change.state.ended) return fail('ended');
		if (change.state.missing.length > 0) return fail('held');
		const { url, expiresAt } = await issueLink(parts, workflow, change);
		const sent = send ? await sendAskedLink(parts, workflow, change, { link: url }) : 'not-asked';
		const renewed: Renewed = ok({ url, expiresAt: expiresAt.toISOString(), sent });
		await keep?.(change.trx, renewed, { caseId: id, key: change.key });
		return renewed;
	});
}
