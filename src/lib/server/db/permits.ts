import { sql } from 'kysely';
import type { Permission, Principal } from '../../domain/staff/permissions.ts';
import type { Db } from './connect.ts';

/**
 * May this account do it now? Asked in the transaction of the act: the row is locked against a change
 * of roles meanwhile, so an act and a removal come one after the other, never at once.
 */
export async function permits(
	trx: Db,
	{ id }: Pick<Principal, 'id'>,
	permission: Permission
): Promise<boolean> {
	const { rows } = await sql`
		select 1 from staff s
		where s.id = ${id} and s.disabled_at is null and exists (
			select 1 from staff_roles r join role_permissions p on p.role = r.role
			where r.staff_id = s.id and p.permission = ${permission})
		for share of s`.execute(trx);
	return rows.length === 1;
}
