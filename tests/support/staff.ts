import type { Membership, Principal, Role } from '../../src/lib/domain/staff/permissions.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { addStaff } from '../../src/lib/server/flows/add-staff.ts';
import { loadSession } from '../../src/lib/server/flows/load-session.ts';
import { setUpAccount } from '../../src/lib/server/flows/set-up-account.ts';
import { signIn } from '../../src/lib/server/flows/sign-in.ts';

/** Hard to guess, and long enough to stand alone. */
export const PASSWORD = 'plum kettle orbit fjord nine';

export interface StaffMember {
	principal: Principal;
	email: string;
	password: string;
	/** Of the cookie `staff`, or `__Host-staff` on https. */
	secret: string;
}

let made = 0;

/** An account that is set up and signed in; `teams` in which somebody leads end in `!`. */
export async function addStaffMember(
	parts: Pick<Parts, 'db' | 'vault'>,
	{
		roles = ['agent'],
		teams = [],
		name = 'Ana Agent'
	}: { roles?: Role[]; teams?: string[]; name?: string } = {}
): Promise<StaffMember> {
	made += 1;
	const email = `staff-${made}-${Math.random().toString(36).slice(2)}@example.org`;
	const memberships: Membership[] = teams.map((team) => ({
		team: team.replace('!', ''),
		lead: team.endsWith('!')
	}));
	const added = await addStaff(parts, 'command-line', { email, name, roles, teams: memberships });
	if (!added.ok) throw new Error(added.reason);
	const set = await setUpAccount(parts, added.value.invitation, { password: PASSWORD });
	if (!set.ok) throw new Error(set.reason);
	const signed = await signIn(parts, { email, password: PASSWORD, source: email });
	if (!signed.ok) throw new Error(signed.reason);
	const { secret } = signed.value;
	const principal = await loadSession(parts, secret);
	if (!principal) throw new Error('the session does not live');
	return { principal, email, password: PASSWORD, secret };
}
