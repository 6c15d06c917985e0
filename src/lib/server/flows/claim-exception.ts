import type { Principal } from '../../domain/staff/permissions.ts';
import { ok, type Result } from '../../domain/result.ts';
import { type ActDetail, type ActRefusal, type Working, workException } from './work-exception.ts';

/** Takes an exception that nobody works on; who has it already keeps it and renews the lease. */
export const claimException = (
	parts: Working,
	principal: Principal,
	id: string
): Promise<Result<{ caseId: string }, ActRefusal, ActDetail | undefined>> =>
	workException(parts, principal, id, ({ row }) => Promise.resolve(ok({ caseId: row.id })));
