import type { ColumnType, Generated } from 'kysely';
import type { Permission, Role } from '../../domain/staff/permissions.ts';
import type { Time, Timeless, TimeOrNow } from './columns.ts';

/** Accounts, what their roles permit, sessions; see migration 0003. */
export interface StaffTables {
	staff: StaffTable;
	role_permissions: RolePermissionsTable;
	staff_roles: StaffRolesTable;
	staff_teams: StaffTeamsTable;
	staff_recovery_codes: StaffRecoveryCodesTable;
	staff_invitations: StaffInvitationsTable;
	staff_sessions: StaffSessionsTable;
}

interface StaffTable {
	id: string;
	email: string;
	name: string;
	password: string | null;
	key: string;
	totp: string | null;
	totp_step: ColumnType<string | number, number | undefined, number>;
	created_at: TimeOrNow;
	disabled_at: Timeless;
}

interface RolePermissionsTable {
	role: Role;
	permission: Permission;
}

interface StaffRolesTable {
	staff_id: string;
	role: Role;
}

interface StaffTeamsTable {
	staff_id: string;
	team: string;
	lead: Generated<boolean>;
}

interface StaffRecoveryCodesTable {
	staff_id: string;
	hash: string;
	used_at: Timeless;
}

interface StaffInvitationsTable {
	hash: string;
	staff_id: string;
	created_at: TimeOrNow;
	expires_at: Time;
	used_at: Timeless;
}

interface StaffSessionsTable {
	id: string;
	secret_hash: string;
	staff_id: string;
	complete: boolean;
	created_at: TimeOrNow;
	seen_at: TimeOrNow;
	fresh_at: TimeOrNow;
	ended_at: Timeless;
}
