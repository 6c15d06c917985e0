import { randomUUID } from 'node:crypto';
import type { Principal, Role } from '../../src/lib/domain/staff/permissions.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';

/** An account with these roles, as far as a flow asks for it: nobody can sign in with it. */
export async function staffRow(db: Db, ...roles: Role[]): Promise<Pick<Principal, 'id'>> {
	const id = randomUUID();
	await db
		.insertInto('staff')
		.values({ id, email: `${id}@example.org`, name: `Staff ${id.slice(0, 4)}`, key: 'none' })
		.execute();
	for (const role of roles)
		await db.insertInto('staff_roles').values({ staff_id: id, role }).execute();
	return { id };
}
