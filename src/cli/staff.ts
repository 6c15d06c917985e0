/**
 * Accounts of staff:
 *
 * npm run staff -- add <e-mail> --name <name> --role <role> … [--team <team> …] [--lead <team> …]
 * npm run staff -- roles <e-mail> --role <role> … [--team <team> …] [--lead <team> …]
 * npm run staff -- invite|disable|enable <e-mail>
 * npm run staff -- list
 */
import { staffSchema } from '../lib/contracts/staff.ts';
import { createVault } from '../lib/server/crypto/vault.ts';
import { addStaff } from '../lib/server/flows/add-staff.ts';
import { changeStaff, type StaffChange } from '../lib/server/flows/change-staff.ts';
import { listStaff } from '../lib/server/flows/list-staff.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage:
  npm run staff -- add <e-mail> --name <name> --role <role> [--role …] [--team <team> …] [--lead <team> …]
  npm run staff -- roles <e-mail> --role <role> [--role …] [--team <team> …] [--lead <team> …]
  npm run staff -- invite|disable|enable <e-mail>
  npm run staff -- list
Roles: agent, approver, operations, auditor, administrator. Teams are what workflows name as owner and backup.
add and invite print an address, once, at which the account is set up within a day.`;

const several = { type: 'string', multiple: true } as const;
const { values, positionals } = readArguments(USAGE, {
	name: { type: 'string' },
	role: several,
	team: several,
	lead: several
});
const [command, email = '', ...more] = positionals;
const COMMANDS = ['add', 'roles', 'invite', 'disable', 'enable', 'list'];
if (!COMMANDS.includes(command ?? '') || more.length > 0 || (command === 'list') !== (email === ''))
	stopWith(USAGE, 2);

function readStaff(name: string) {
	const leads = values.lead ?? [];
	const teams = [...new Set([...(values.team ?? []), ...leads])];
	const parsed = staffSchema.safeParse({
		email,
		name,
		roles: values.role ?? [],
		teams: teams.map((team) => ({ team, lead: leads.includes(team) }))
	});
	if (parsed.success) return parsed.data;
	const said = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
	return stopWith(`${said.join('\n')}\n${USAGE}`, 2);
}

await withDatabase(async ({ db }, config) => {
	const tellInvitation = (token: string | undefined) => {
		if (token === undefined) return;
		console.error(`To be set up within a day, by ${email} alone; it is shown this once:`);
		console.log(`${config.origin}/sign-in/set-up/${token}`);
	};
	if (command === 'list') {
		for (let after: string | null = ''; after !== null;) {
			const page: Awaited<ReturnType<typeof listStaff>> = await listStaff({ db }, { after });
			for (const one of page.staff) {
				const teams = one.teams.map(({ team, lead }) => (lead ? `${team} (lead)` : team));
				const cells = [one.email, one.state, one.roles.join(' '), teams.join(', '), one.name];
				console.log(cells.join('\t'));
			}
			after = page.next;
		}
		return;
	}
	if (command === 'add') {
		const vault = createVault({ master: config.keys.master, lookup: config.keys.lookup });
		const added = await addStaff({ db, vault }, 'command-line', readStaff(values.name ?? ''));
		if (added.ok) tellInvitation(added.value.invitation);
		else fail(`${email} has an account already: use roles or invite.`);
		return;
	}
	const account = await db
		.selectFrom('staff')
		.select('id')
		.where('email', '=', email.toLowerCase())
		.executeTakeFirst();
	if (!account) return fail(`There is no account ${email}. npm run staff -- list shows all.`);
	const change: StaffChange =
		command === 'roles'
			? { do: 'roles', ...readStaff('unchanged') }
			: { do: command as 'invite' | 'disable' | 'enable' };
	const changed = await changeStaff({ db }, 'command-line', account.id, change);
	if (!changed.ok) return fail(`Refused: ${changed.reason}. One administrator must be left.`);
	if (change.do === 'invite') tellInvitation(changed.value.invitation);
	else console.log(`Done. Sessions of ${email} have ended.`);
});

function fail(message: string): void {
	console.error(message);
	process.exitCode = 1;
}
