import type { Principal } from '../../domain/staff/permissions.ts';
import { ok, type Result } from '../../domain/result.ts';
import { dropClaim } from '../db/desk.ts';
import { type ActDetail, type ActRefusal, type Working, workException } from './work-exception.ts';

/** Gives an exception back to its queue, for anybody. */
export const handBack = (
	parts: Working,
	principal: Principal,
	id: string
): Promise<Result<{ caseId: string }, ActRefusal, ActDetail | undefined>> =>
	workException(parts, principal, id, async (held) => {
		held.must({ do: 'hand-back', exception: id });
		await dropClaim(held.trx, id);
		return ok({ caseId: held.row.id });
	});
